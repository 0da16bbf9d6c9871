package filter

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"scimforce/scim/resource"
)

func (p *parser) ended() bool { return p.at >= len(p.text) }

// peek is the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.ended() {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) space() {
	for !p.ended() && isSpace(p.text[p.at]) {
		p.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isName(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c == '-' || c == '$' }

// keyword skips a word, in any case, if it is the next one.
func (p *parser) keyword(word string) bool {
	p.space()
	end := p.at + len(word)
	if end > len(p.text) || !strings.EqualFold(p.text[p.at:end], word) {
		return false
	}
	if end < len(p.text) && (isName(p.text[end]) || p.text[end] == '.' || p.text[end] == ':') {
		return false
	}
	p.at = end
	return true
}

func (p *parser) letters() string {
	start := p.at
	for !p.ended() && isLetter(p.text[p.at]) {
		p.at++
	}
	return p.text[start:p.at]
}

// value reads a literal: a string, bool or float64, nil for null.
func (p *parser) value() (any, error) {
	p.unquoted = false
	if p.peek() == '"' {
		return p.quoted()
	}
	start := p.at
	for !p.ended() && !isSpace(p.peek()) && p.peek() != ')' && p.peek() != ']' {
		p.at++
	}
	word := p.text[start:p.at]
	switch {
	case word == "":
		return nil, p.fail(start, "expected a value, got %s", p.got())
	case strings.HasPrefix(word, "'"), strings.HasPrefix(word, "“"), strings.HasPrefix(word, "”"), strings.HasPrefix(word, "‘"), strings.HasPrefix(word, "’"):
		return nil, p.fail(start, `a string is written in double quotes, as in "x"`)
	case strings.Contains(word, `"`):
		return nil, p.fail(start+strings.Index(word, `"`), "a quote inside of a value without quotes")
	}
	p.unquoted = true
	return literal(word), nil
}

// literal is the value of a word without quotes. A number stays a string when
// a float64 would not write it in the same way, so that an unquoted id such as
// 00120 or one of twenty digits compares as it was sent.
func literal(word string) any {
	switch strings.ToLower(word) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	if !isDigit(word[0]) && !(word[0] == '-' && len(word) > 1 && isDigit(word[1])) {
		return word // not left to ParseFloat, which takes Inf and NaN
	}
	if f, err := strconv.ParseFloat(word, 64); err == nil && resource.Text(f) == word {
		return f
	}
	return word
}

// quoted reads a string with the escapes of JSON. Unlike JSON it takes control
// characters as they are.
func (p *parser) quoted() (string, error) {
	open := p.at
	p.at++
	var b strings.Builder
	for !p.ended() {
		switch c := p.peek(); c {
		case '"':
			p.at++
			return b.String(), nil
		case '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
		default:
			b.WriteByte(c)
			p.at++
		}
	}
	return "", p.fail(p.at, `the string that begins at character %d has no closing quote`, p.position(open))
}

func (p *parser) escape() (rune, error) {
	start := p.at
	p.at++
	c := p.peek()
	p.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		first, ok := p.hex()
		if !ok {
			break
		}
		if !utf16.IsSurrogate(first) {
			return first, nil
		}
		if strings.HasPrefix(p.text[p.at:], `\u`) {
			before := p.at
			p.at += 2
			if second, ok := p.hex(); ok {
				if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
					return r, nil
				}
			}
			p.at = before
		}
		return utf8.RuneError, nil // half a pair, as encoding/json reads it
	}
	return 0, p.fail(start, `no such escape; a backslash itself is written \\`)
}

func (p *parser) hex() (rune, bool) {
	if p.at+4 > len(p.text) {
		return 0, false
	}
	n, err := strconv.ParseUint(p.text[p.at:p.at+4], 16, 16)
	if err != nil {
		return 0, false
	}
	p.at += 4
	return rune(n), true
}

// quote writes a string so that quoted reads it back.
func quote(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		return strconv.Quote(s) // not reached: a string can always be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// enter counts a level of nesting.
func (p *parser) enter(at int) error {
	if p.depth++; p.depth > maxDepth {
		return p.fail(at, "nested more than %d deep", maxDepth)
	}
	return nil
}

// got describes what stands at the parser's place, for errors.
func (p *parser) got() string {
	if p.ended() {
		return "the end"
	}
	rest := p.text[p.at:]
	end := strings.IndexFunc(rest, func(r rune) bool { return r < utf8.RuneSelf && (isSpace(byte(r)) || strings.ContainsRune("()[]", r)) })
	switch {
	case end == 0:
		rest = rest[:1]
	case end > 0:
		rest = rest[:end]
	}
	if runes := []rune(rest); len(runes) > 30 {
		rest = string(runes[:30]) + "…"
	}
	return quote(rest)
}

// position turns an offset into the number of a character.
func (p *parser) position(offset int) int {
	return utf8.RuneCountInString(p.text[:min(offset, len(p.text))]) + 1
}

func (p *parser) fail(offset int, format string, args ...any) error {
	return p.failAt(p.position(offset), format, args...)
}

func (p *parser) failAt(position int, format string, args ...any) error {
	return &SyntaxError{Position: position, Message: fmt.Sprintf(format, args...)}
}
