package formula

import (
	"fmt"
	"strings"
)

type kind int

const (
	end kind = iota
	number
	text
	name
	operator
)

// token is one word of a formula; of a text, what is between the quotes.
type token struct {
	kind   kind
	text   string
	offset int
}

// lexer cuts a formula into tokens.
type lexer struct {
	text string
	at   int
}

func (l *lexer) errorAt(offset int, format string, args ...any) *Error {
	before := l.text[:offset]
	return &Error{
		Message: fmt.Sprintf(format, args...),
		Line:    strings.Count(before, "\n") + 1, Column: offset - strings.LastIndexByte(before, '\n'),
	}
}

func (l *lexer) next() (token, *Error) {
	if err := l.skip(); err != nil {
		return token{}, err
	}
	start := l.at
	if start == len(l.text) {
		return token{kind: end, offset: start}, nil
	}
	switch c := l.text[start]; {
	case c == '"':
		return l.quoted()
	case isDigit(c) || c == '.' && start+1 < len(l.text) && isDigit(l.text[start+1]):
		dotted := false
		for l.at < len(l.text) && (isDigit(l.text[l.at]) || l.text[l.at] == '.' && !dotted) {
			dotted = dotted || l.text[l.at] == '.'
			l.at++
		}
		return token{number, l.text[start:l.at], start}, nil
	case isLetter(c):
		for l.at < len(l.text) && (isLetter(l.text[l.at]) || isDigit(l.text[l.at]) || l.text[l.at] == '.') {
			l.at++
		}
		return token{name, l.text[start:l.at], start}, nil
	}
	for _, op := range []string{"&&", "||", "<>", "!=", "<=", ">=", "=="} {
		if strings.HasPrefix(l.text[start:], op) {
			l.at += 2
			return token{operator, op, start}, nil
		}
	}
	if strings.IndexByte("=<>+-*/^&!(),", l.text[start]) >= 0 {
		l.at++
		return token{operator, l.text[start:l.at], start}, nil
	}
	return token{}, l.errorAt(start, "Syntax error.  Found '%s'", firstRune(l.text[start:]))
}

// skip passes over space and comments.
func (l *lexer) skip() *Error {
	for l.at < len(l.text) {
		switch {
		case strings.IndexByte(" \t\r\n", l.text[l.at]) >= 0:
			l.at++
		case strings.HasPrefix(l.text[l.at:], "/*"):
			length := strings.Index(l.text[l.at+2:], "*/")
			if length < 0 {
				return l.errorAt(l.at, "Syntax error.  Missing '*/'")
			}
			l.at += length + 4
		default:
			return nil
		}
	}
	return nil
}

// quoted reads a text. A backslash takes the next character as it is, except
// for the line feed, carriage return and tab that n, r and t stand for.
func (l *lexer) quoted() (token, *Error) {
	start := l.at
	var b strings.Builder
	for l.at++; l.at < len(l.text); l.at++ {
		switch c := l.text[l.at]; {
		case c == '"':
			l.at++
			return token{text, b.String(), start}, nil
		case c == '\\' && l.at+1 < len(l.text):
			l.at++
			switch escaped := l.text[l.at]; escaped {
			case 'n':
				b.WriteByte('\n')
			case 'r':
				b.WriteByte('\r')
			case 't':
				b.WriteByte('\t')
			default:
				b.WriteByte(escaped)
			}
		default:
			b.WriteByte(c)
		}
	}
	return token{}, l.errorAt(start, "Syntax error.  Missing '\"'")
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$'
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
