package salesforce

import (
	"bytes"
	"encoding/json"
	"strings"
)

// More problems than this in one answer are not kept.
const maxProblems = 25

// decodeProblems reads the body of a refusal. Salesforce has several forms:
//
//	[{"message":"…","errorCode":"…","fields":["…"]}]         the usual one
//	[{"errorCode":"…","message":"…"}]                        below the record API
//	{"success":false,"errors":[{"statusCode":"…",…}]}        a row of a collection
//	{"error":"…","error_description":"…"}                    OAuth
//	Bad_OAuth_Token                                          plain text
//
// A body that is none of these, HTML and a cut one among them, has no
// problems; plain text of more than a word is a message without a code.
func decodeProblems(body []byte) []Problem {
	body = bytes.TrimSpace(body)
	if len(body) == 0 || body[0] == '<' {
		return nil
	}
	var v any
	if err := json.Unmarshal(body, &v); err == nil {
		return problemsOf(v, 0)
	}
	if body[0] == '[' || body[0] == '{' {
		return nil // cut off: what remains of it is not to be relied on
	}
	text := strings.ToValidUTF8(string(body), "�")
	if len(text) <= 64 && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '_' && (r > 127 || !isAlphanumeric(byte(r)))
	}) {
		return []Problem{{Code: text}}
	}
	return []Problem{{Message: bounded(text)}}
}

// problemsOf finds the problems in a decoded value, not looking deeper than
// lists inside rows inside a list.
func problemsOf(v any, depth int) []Problem {
	if depth > 3 {
		return nil
	}
	var problems []Problem
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			problems = append(problems, problemsOf(element, depth+1)...)
			if len(problems) >= maxProblems {
				return problems[:maxProblems]
			}
		}
	case map[string]any:
		if list, ok := v["errors"].([]any); ok {
			return problemsOf(list, depth+1)
		}
		p := Problem{
			Code:    firstText(v, "errorCode", "statusCode", "error", "code"),
			Message: bounded(firstText(v, "message", "error_description", "errorMessage")),
			Fields:  textsOf(v["fields"]),
		}
		if p.Code != "" || p.Message != "" {
			problems = append(problems, p)
		}
	}
	return problems
}

func firstText(v map[string]any, keys ...string) string {
	for _, key := range keys {
		if text, ok := v[key].(string); ok && text != "" {
			return text
		}
	}
	return ""
}

// textsOf reads a list of texts, or a single one, whatever else is in it.
func textsOf(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var texts []string
		for _, element := range v {
			if text, ok := element.(string); ok && len(texts) < maxProblems {
				texts = append(texts, bounded(text))
			}
		}
		return texts
	default:
		return nil
	}
}
