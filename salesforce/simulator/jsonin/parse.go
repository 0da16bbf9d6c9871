package jsonin

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of what is read.
// unverified: what a real org bounds, and the words it refuses with.
const (
	maxDepth  = 200
	maxValues = 500_000
)

// Parse reads one value and nothing behind it.
// unverified: that a real org minds what follows the value.
func Parse(data []byte) (*Document, *Error) {
	p := parser{data: data}
	root, err := p.value(0, "")
	if err != nil {
		return nil, err
	}
	if c, more := p.next(); more {
		return nil, p.unexpected(c, "expected the end of the input")
	}
	return &Document{root, data}, nil
}

type parser struct {
	data   []byte
	at     int // offset of the next byte
	values int
}

// next skips white space and takes a byte.
func (p *parser) next() (c byte, ok bool) {
	for p.at < len(p.data) {
		c = p.data[p.at]
		p.at++
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c, true
		}
	}
	return 0, false
}

// value reads a value; within is "OBJECT" or "ARRAY", "" at the top.
func (p *parser) value(depth int, within string) (*Value, *Error) {
	c, ok := p.next()
	if !ok {
		return nil, p.endOfInput(within)
	}
	return p.valueFrom(c, depth)
}

// valueFrom reads the value whose first byte, c, was just taken.
func (p *parser) valueFrom(c byte, depth int) (*Value, *Error) {
	p.values++
	v := &Value{start: p.at - 1, seen: p.at}
	if depth > maxDepth || p.values > maxValues {
		return nil, p.fail("The request is nested too deeply or has too many values")
	}
	var err *Error
	switch {
	case c == '"':
		v.Kind = String
		v.Text, err = p.text()
	case c == '{':
		v.Kind = Object
		err = p.members(v, depth+1)
	case c == '[':
		v.Kind = Array
		err = p.items(v, depth+1)
	case c == 't':
		v.Kind, v.Flag = Bool, true
		err = p.word(v, "true")
	case c == 'f':
		v.Kind = Bool
		err = p.word(v, "false")
	case c == 'n':
		err = p.word(v, "null")
	case c == '-' || c >= '0' && c <= '9':
		v.Kind = Number
		err = p.number(v)
	default:
		err = p.unexpected(c, "expected a valid value (number, String, array, object, 'true', 'false' or 'null')")
	}
	v.end = p.at
	return v, err
}

func (p *parser) members(v *Value, depth int) *Error {
	for first := true; ; first = false {
		c, ok := p.next()
		if !ok {
			return p.endOfInput("OBJECT")
		}
		if c == '}' && first {
			return nil
		}
		if !first {
			switch c {
			case '}':
				return nil
			case ',':
				if c, ok = p.next(); !ok {
					return p.endOfInput("OBJECT")
				}
			default:
				return p.unexpected(c, "was expecting comma to separate OBJECT entries")
			}
		}
		if c != '"' {
			return p.unexpected(c, "was expecting double-quote to start field name")
		}
		name, err := p.text()
		if err != nil {
			return err
		}
		if c, ok = p.next(); !ok {
			return p.endOfInput("OBJECT")
		}
		if c != ':' {
			return p.unexpected(c, "was expecting a colon to separate field name and value")
		}
		one, err := p.value(depth, "OBJECT")
		if err != nil {
			return err
		}
		v.Members = append(v.Members, Member{name, one})
	}
}

func (p *parser) items(v *Value, depth int) *Error {
	for first := true; ; first = false {
		c, ok := p.next()
		if !ok {
			return p.endOfInput("ARRAY")
		}
		if c == ']' && first {
			return nil
		}
		if !first {
			switch c {
			case ']':
				return nil
			case ',':
				if c, ok = p.next(); !ok {
					return p.endOfInput("ARRAY")
				}
			default:
				return p.unexpected(c, "was expecting comma to separate ARRAY entries")
			}
		}
		one, err := p.valueFrom(c, depth)
		if err != nil {
			return err
		}
		v.Items = append(v.Items, one)
	}
}

// word reads the rest of true, false or null.
func (p *parser) word(v *Value, want string) *Error {
	end := v.start
	for end < len(p.data) && wordByte(p.data[end]) {
		end++
	}
	if got := p.data[v.start:end]; string(got) != want {
		p.at = end
		return p.fail(fmt.Sprintf("Unrecognized token '%.100s': was expecting 'null', 'true', 'false' or NaN", got))
	}
	p.at, v.seen = end, end
	return nil
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$'
}

// number reads the rest of a number, keeping it as written.
func (p *parser) number(v *Value) *Error {
	p.at = v.start
	if p.data[p.at] == '-' {
		p.at++
	}
	whole := p.at
	if err := p.digits("expected digit (0-9) to follow minus sign, for valid numeric value"); err != nil {
		return err
	}
	if p.data[whole] == '0' && p.at > whole+1 {
		return p.fail("Invalid numeric value: Leading zeroes not allowed")
	}
	if p.peek() == '.' {
		p.at++
		if err := p.digits("Decimal point not followed by a digit"); err != nil {
			return err
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if err := p.digits("Exponent indicator not followed by a digit"); err != nil {
			return err
		}
	}
	v.Text, v.seen = string(p.data[v.start:p.at]), p.at
	return nil
}

func (p *parser) peek() byte {
	if p.at < len(p.data) {
		return p.data[p.at]
	}
	return 0
}

// digits takes one digit or more; why is said where there is none.
func (p *parser) digits(why string) *Error {
	from := p.at
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.at++
	}
	switch {
	case p.at > from:
		return nil
	case p.at == len(p.data):
		return p.fail("Unexpected end-of-input within a number")
	}
	c := p.data[p.at]
	p.at++
	return p.fail(fmt.Sprintf("Unexpected character (%s) in numeric value: %s", named(c), why))
}

// text reads the rest of a string.
func (p *parser) text() (string, *Error) {
	from := p.at
	for p.at < len(p.data) { // as long as there is nothing to translate
		switch c := p.data[p.at]; {
		case c == '"':
			p.at++
			return string(p.data[from : p.at-1]), nil
		case c == '\\' || c < ' ' || c >= utf8.RuneSelf:
			return p.translated(append([]byte(nil), p.data[from:p.at]...))
		}
		p.at++
	}
	return "", p.openString()
}

// translated is text for strings with escapes or more than ASCII; out is what
// was read of it.
func (p *parser) translated(out []byte) (string, *Error) {
	for p.at < len(p.data) {
		c := p.data[p.at]
		switch {
		case c == '"':
			p.at++
			return string(out), nil
		case c == '\\':
			p.at++
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
		case c < ' ':
			p.at++
			return "", p.fail(fmt.Sprintf("Illegal unquoted character (%s): has to be escaped using backslash to be included in string value", named(c)))
		case c < utf8.RuneSelf:
			out = append(out, c)
			p.at++
		default:
			r, size := utf8.DecodeRune(p.data[p.at:])
			if r == utf8.RuneError && size <= 1 {
				p.at++
				return "", p.fail(fmt.Sprintf("Invalid UTF-8 start byte 0x%x", c))
			}
			out = append(out, p.data[p.at:p.at+size]...)
			p.at += size
		}
	}
	return "", p.openString()
}

// escape reads what follows a backslash.
func (p *parser) escape() (rune, *Error) {
	if p.at >= len(p.data) {
		return 0, p.openString()
	}
	c := p.data[p.at]
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
		return p.unicode()
	}
	return 0, p.fail("Unrecognized character escape " + named(c))
}

// unicode reads the four digits of \uXXXX, and those of the other half of a
// pair; half a pair becomes U+FFFD.
func (p *parser) unicode() (rune, *Error) {
	r, err := p.fourDigits()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	if p.at+1 < len(p.data) && p.data[p.at] == '\\' && p.data[p.at+1] == 'u' {
		back := p.at
		p.at += 2
		low, err := p.fourDigits()
		if err != nil {
			return 0, err
		}
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, nil
		}
		p.at = back
	}
	return utf8.RuneError, nil
}

func (p *parser) fourDigits() (rune, *Error) {
	if p.at+4 > len(p.data) {
		p.at = len(p.data)
		return 0, p.openString()
	}
	n, err := strconv.ParseUint(string(p.data[p.at:p.at+4]), 16, 16)
	if err != nil {
		c := p.data[p.at]
		p.at++
		return 0, p.unexpected(c, "expected a hex-digit for character escape sequence")
	}
	p.at += 4
	return rune(n), nil
}

// fail is a complaint at the place where the parser stands.
// unverified: the words of the JSON parser's complaints but for a missing colon and an unrecognized field
func (p *parser) fail(message string) *Error {
	return &Error{message + " at " + place(p.data, p.at)}
}

// unexpected is a complaint about a byte just taken. As Jackson does, it counts
// the column behind it: HTML for JSON is refused at column 2.
func (p *parser) unexpected(c byte, why string) *Error {
	return p.fail(fmt.Sprintf("Unexpected character (%s): %s", named(c), why))
}

func (p *parser) openString() *Error {
	return p.fail("Unexpected end-of-input: was expecting closing quote for a string value")
}

func (p *parser) endOfInput(within string) *Error {
	if within == "" {
		return p.fail("Unexpected end-of-input")
	}
	return p.fail("Unexpected end-of-input within/between " + within + " entries")
}

// named is how a byte is shown: 'j' (code 106).
func named(c byte) string {
	if c < ' ' {
		return fmt.Sprintf("(CTRL-CHAR, code %d)", c)
	}
	return fmt.Sprintf("'%c' (code %d)", c, c)
}
