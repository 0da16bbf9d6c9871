package main

import (
	"regexp"
	"strings"
)

var (
	mark  = regexp.MustCompile(`(?i)\bunverified\b`)
	named = regexp.MustCompile(`(?i)["“]unverified["”]`) // the word spoken of, not used
	ahead = regexp.MustCompile(`(?i)^unverified\b:?\s*`)
	// ends is where a sentence ends: a full stop or the like before a blank and
	// a capital letter, or before a mark.
	ends = regexp.MustCompile(`[.!?][)"']?\s+(\p{Lu}|unverified\b)`)
)

// phrasesOf cuts the sentences with a mark out of a comment. A sentence that
// is nothing but the mark and what it is about keeps the sentence before it,
// which says of what: "refuses an Id. Unverified: the code." A mark alone gives
// "": the code beside it has to speak.
func phrasesOf(comment string) []string {
	var phrases []string
	for paragraph := range strings.SplitSeq(comment, "\n\n") {
		before := ""
		for _, sentence := range sentences(strings.Join(strings.Fields(paragraph), " ")) {
			if !mark.MatchString(named.ReplaceAllString(sentence, "")) {
				before = sentence
				continue
			}
			about := strings.TrimRight(ahead.ReplaceAllString(sentence, ""), ".")
			if about != "" && before != "" && ahead.MatchString(sentence) {
				about = strings.TrimRight(before, ".") + " (" + about + ")"
			}
			phrases = append(phrases, about)
			before = sentence
		}
	}
	return phrases
}

func sentences(text string) []string {
	var list []string
	for text != "" {
		at := ends.FindStringSubmatchIndex(text)
		if at == nil {
			return append(list, text)
		}
		list = append(list, strings.TrimSpace(text[:at[2]]))
		text = text[at[2]:]
	}
	return list
}
