package query

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is a refused statement.
type Error struct {
	Status        int
	Code, Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// source is a statement's text, for errors that point into it.
type source struct{ text string }

// window is how many characters of the line an error shows on either side of
// its caret, apart from those that complete the first and the last word.
const window = 30

// at makes an error that shows the statement around its place, a caret and the
// position: byte for byte as recorded, the bounds of what is shown as a dozen
// errors show it that users quoted of statements longer than that. offset is in
// bytes.
func (s source) at(offset int, code, format string, args ...any) *Error {
	offset = min(max(offset, 0), len(s.text))
	row := 1 + strings.Count(s.text[:offset], "\n")
	start := strings.LastIndexByte(s.text[:offset], '\n') + 1
	line, _, _ := strings.Cut(s.text[start:], "\n")
	column := utf8.RuneCountInString(s.text[start:offset])
	shown := []rune(line)
	from, to := max(column-window, 0), min(column+window+1, len(shown))
	for from > 0 && !between(shown[from-1]) {
		from--
	}
	for to < len(shown) && !between(shown[to]) {
		to++
	}
	message := fmt.Sprintf("\n%s\n%s^\nERROR at Row:%d:Column:%d\n", string(shown[from:to]), strings.Repeat(" ", column-from), row, column+1)
	return &Error{Status: 400, Code: code, Message: message + fmt.Sprintf(format, args...)}
}

// between says whether a shown piece of a statement may end here.
func between(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\r' }

// plain makes an error without a position.
func plain(code, format string, args ...any) *Error {
	return &Error{Status: 400, Code: code, Message: fmt.Sprintf(format, args...)}
}

// malformed makes the most frequent of them.
func malformed(format string, args ...any) *Error { return plain("MALFORMED_QUERY", format, args...) }

// lineColumn gives the position in the form of the parser's own messages: the
// row from 1, the column from 0.
func (s source) lineColumn(offset int) string {
	row := 1 + strings.Count(s.text[:offset], "\n")
	start := strings.LastIndexByte(s.text[:offset], '\n') + 1
	return fmt.Sprintf("line %d:%d", row, utf8.RuneCountInString(s.text[start:offset]))
}

// reference is the tail of every "there is no such thing" message.
const reference = "Please reference your WSDL or the describe call for the appropriate names."

func (s source) noColumn(offset int, column, entity string) *Error {
	return s.at(offset, "INVALID_FIELD", "No such column '%s' on entity '%s'. If you are attempting to use a custom field, "+
		"be sure to append the '__c' after the custom field name. %s", column, entity, reference)
}

func (s source) noObject(offset int, name string) *Error {
	return s.at(offset, "INVALID_TYPE", "sObject type '%s' is not supported. If you are attempting to use a custom object, "+
		"be sure to append the '__c' after the entity name. %s", name, reference)
}

// noRelationship is what a path answers through a relationship that does not
// exist, and through one to an object that the user may not read: users quote
// the words for both.
//
// unverified: where the error of an unknown relationship points
func (s source) noRelationship(offset int, name string) *Error {
	return s.at(offset, "INVALID_FIELD", "Didn't understand relationship '%s' in field path. If you are attempting to use a "+
		"custom relationship, be sure to append the '__r' after the custom relationship name. %s", name, reference)
}

// noChild answers a subquery of no relationship, with words that users quote.
//
// unverified: where the error of a subquery of no relationship points
func (s source) noChild(offset int, name string) *Error {
	return s.at(offset, "INVALID_TYPE", "Didn't understand relationship '%s' in FROM part of query call. If you are attempting "+
		"to use a custom relationship, be sure to append the '__r' after the custom relationship name. %s", name, reference)
}

// unexpected is recorded without a position for the first word of a statement.
// Elsewhere its position, as recorded, is the character before the token.
func (s source) unexpected(t token) *Error {
	if t.first {
		return malformed("unexpected token: %s", t.shown())
	}
	return s.at(t.offset-1, "MALFORMED_QUERY", "unexpected token: '%s'", t.shown())
}

// tooComplicated answers a statement that is nested too deep.
//
// unverified: at which depth of a statement a real org gives up
func tooComplicated() *Error {
	return plain("QUERY_TOO_COMPLICATED", "Query is either selecting too many fields or the filter conditions are too complicated.")
}
