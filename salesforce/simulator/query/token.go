package query

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is a token's kind.
type kind int

const (
	end    kind = iota
	word        // a name, a path with dots, or a keyword
	text        // '...'
	number      // 12, -1.5
	moment      // 2024-01-31 or 2024-01-31T10:00:00Z
	symbol      // ( ) , : = != <> < <= > >=
)

// token is one word of a statement.
type token struct {
	kind   kind
	text   string  // as written; of text, its value
	like   []glyph // of text with escapes: the value as a LIKE pattern
	likely bool    // of text: holds an escape that only LIKE knows
	offset int     // in bytes
	first  bool    // the statement begins with it
}

// glyph is one character of a LIKE pattern; wild is true for an unescaped % or _.
type glyph struct {
	char rune
	wild bool
}

func (t token) shown() string {
	if t.kind == end {
		return "<EOF>"
	}
	return t.text
}

func (t token) is(keyword string) bool { return t.kind == word && strings.EqualFold(t.text, keyword) }

func (t token) isSymbol(s string) bool { return t.kind == symbol && t.text == s }

// scan cuts a statement into tokens, the last one of kind end.
func scan(src source) ([]token, *Error) {
	s := src.text
	tokens := make([]token, 0, len(s)/8+4)
	for at := 0; ; {
		for at < len(s) && strings.IndexByte(" \t\r\n\f", s[at]) >= 0 {
			at++
		}
		t := token{offset: at, first: len(tokens) == 0}
		if at == len(s) {
			return append(tokens, t), nil
		}
		switch c := s[at]; {
		case isLetter(c):
			t.kind = word
			for at < len(s) && (isLetter(s[at]) || isDigit(s[at]) || s[at] == '.') {
				at++
			}
		case isDigit(c), (c == '-' || c == '+') && at+1 < len(s) && isDigit(s[at+1]):
			at++
			t.kind = number
			for at < len(s) && (isDigit(s[at]) || isLetter(s[at]) || strings.IndexByte(".:-+", s[at]) >= 0) {
				at++
			}
			if len(s[t.offset:at]) >= 10 && s[t.offset+4] == '-' {
				t.kind = moment
			}
		case c == '\'':
			next, err := scanText(src, at, &t)
			if err != nil {
				return nil, err
			}
			at = next
			tokens = append(tokens, t)
			continue
		case strings.IndexByte("(),:=", c) >= 0:
			t.kind = symbol
			at++
		case c == '!' || c == '<' || c == '>':
			t.kind = symbol
			at++
			if at < len(s) && (s[at] == '=' || c == '<' && s[at] == '>') {
				at++
			}
			if s[t.offset:at] == "!" {
				return nil, malformed("%s unexpected token: '!'", src.lineColumn(t.offset))
			}
		default:
			r, _ := utf8.DecodeRuneInString(s[at:])
			return nil, malformed("%s unexpected token: '%c'", src.lineColumn(at), r) // documented with $
		}
		t.text = s[t.offset:at]
		tokens = append(tokens, t)
	}
}

// scanText reads a quoted literal with the documented escapes and gives the
// offset behind it.
func scanText(src source, start int, t *token) (int, *Error) {
	t.kind = text
	s := src.text
	if stop := strings.IndexAny(s[start+1:], `'\\`); stop >= 0 && s[start+1+stop] == '\'' {
		t.text = s[start+1 : start+1+stop] // nothing is escaped
		return start + stop + 2, nil
	}
	var value strings.Builder
	add := func(r rune, wild bool) {
		value.WriteRune(r)
		t.like = append(t.like, glyph{r, wild})
	}
	for at := start + 1; at < len(s); {
		r, size := utf8.DecodeRuneInString(s[at:])
		switch {
		case r == '\'':
			t.text = value.String()
			return at + 1, nil
		case r != '\\':
			add(r, r == '%' || r == '_')
			at += size
			continue
		case at+1 == len(s):
			at++
			continue
		}
		escape := s[at+1]
		at += 2
		switch escape {
		case 'n', 'N':
			add('\n', false)
		case 'r', 'R':
			add('\r', false)
		case 't', 'T':
			add('\t', false)
		case 'b', 'B':
			add('\b', false)
		case 'f', 'F':
			add('\f', false)
		case '"', '\'', '\\':
			add(rune(escape), false)
		case '_', '%':
			t.likely = true
			add(rune(escape), false)
		case 'u':
			if at+4 <= len(s) {
				if code, err := strconv.ParseUint(s[at:at+4], 16, 32); err == nil {
					add(rune(code), false)
					at += 4
					continue
				}
			}
			return 0, badEscape(src, start, `\u`)
		default:
			r, _ := utf8.DecodeRuneInString(s[at-1:])
			return 0, badEscape(src, start, `\`+string(r))
		}
	}
	return 0, malformed("%s mismatched character '<EOF>' expecting '''", src.lineColumn(len(s))) // unverified: the words for a text without an end
}

// badEscape answers an escape that is none.
//
// unverified: the words for an escape in a text that is none
func badEscape(src source, start int, sequence string) *Error {
	literal := src.text[start+1:]
	if stop := strings.IndexByte(literal, '\''); stop >= 0 {
		literal = literal[:stop]
	}
	return malformed("Invalid string literal '%s'. Illegal character sequence '%s' in string literal.", literal, sequence)
}

// glyphs reads a text without escapes as a LIKE pattern.
func glyphs(s string) []glyph {
	out := make([]glyph, 0, len(s))
	for _, r := range s {
		out = append(out, glyph{r, r == '%' || r == '_'})
	}
	return out
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
