package filter

import (
	"strings"
	"unicode/utf8"
)

// simple reads `userName eq "x"` and its like, the lookup before every create,
// without the parser: one attribute without a URN, eq, and a text without
// escapes. It gives what the parser would; false leaves the text to it.
func simple(s string) (Expression, bool) {
	end := 0
	for end < len(s) && isName(s[end]) {
		end++
	}
	name := s[:end]
	text, ok := strings.CutPrefix(s[end:], ` eq "`)
	if !ok || len(s) > maxLength || !validName(name) || strings.EqualFold(name, "not") {
		return nil, false
	}
	text, ok = strings.CutSuffix(text, `"`)
	if !ok || strings.ContainsAny(text, `"\`) || !utf8.ValidString(text) {
		return nil, false
	}
	return Compare{Path: Path{Attribute: name, Position: 1}, Operator: Eq, Value: text}, true
}
