package doctor

import (
	"errors"
	"net/url"
	"strings"
	"unicode"
)

// maxWords bounds what a foreign sentence may take of a line.
const maxWords = 300

// notAsked is the detail of a check that an earlier failure has kept from being
// asked.
func notAsked(why error) string {
	return "Not asked, because of an earlier failure: " + plain(why) + "."
}

// plain is an error as part of a sentence: one line, of bounded length, without
// the URL that net/http puts in front.
func plain(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	if runes := []rune(text); len(runes) > maxWords {
		text = string(runes[:maxWords]) + "…"
	}
	return strings.TrimRight(text, ".")
}

// sentence begins with a capital and ends with a full stop.
func sentence(text string) string {
	runes := []rune(strings.TrimRight(text, "."))
	if len(runes) == 0 {
		return ""
	}
	runes[0] = unicode.ToUpper(runes[0])
	return string(runes) + "."
}

// kebab writes ApiEnabled as api-enabled.
func kebab(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
