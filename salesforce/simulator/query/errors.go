package query

import (
	"fmt"
	"strings"
)

// Error is a refused statement.
type Error struct {
	Status        int
	Code, Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// source is a statement's text, for errors that point into it.
type source struct{ text string }

// at makes an error that shows the line, a caret under the column and the
// position, byte for byte as recorded. offset is in bytes.
func (s source) at(offset int, code, format string, args ...any) *Error {
	offset = min(max(offset, 0), len(s.text))
	row := 1 + strings.Count(s.text[:offset], "\n")
	start := strings.LastIndexByte(s.text[:offset], '\n') + 1
	line, _, _ := strings.Cut(s.text[start:], "\n")
	column := 1 + len([]rune(s.text[start:offset]))
	message := fmt.Sprintf("\n%s\n%s^\nERROR at Row:%d:Column:%d\n", line, strings.Repeat(" ", column-1), row, column)
	return &Error{Status: 400, Code: code, Message: message + fmt.Sprintf(format, args...)}
}

// plain makes an error without a position.
func plain(code, format string, args ...any) *Error {
	return &Error{Status: 400, Code: code, Message: fmt.Sprintf(format, args...)}
}

// lineColumn gives the position in the form of the parser's own messages: the
// row from 1, the column from 0.
func (s source) lineColumn(offset int) string {
	row := 1 + strings.Count(s.text[:offset], "\n")
	start := strings.LastIndexByte(s.text[:offset], '\n') + 1
	return fmt.Sprintf("line %d:%d", row, len([]rune(s.text[start:offset])))
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

// noRelationship is unverified.
func (s source) noRelationship(offset int, name string) *Error {
	return s.at(offset, "INVALID_FIELD", "Didn't understand relationship '%s' in field path. If you are attempting to use a "+
		"custom relationship, be sure to append the '__r' after the custom relationship name. %s", name, reference)
}

// noChild is unverified.
func (s source) noChild(offset int, name string) *Error {
	return s.at(offset, "INVALID_TYPE", "Didn't understand relationship '%s' in FROM part of query call. If you are attempting "+
		"to use a custom relationship, be sure to append the '__r' after the custom relationship name. %s", name, reference)
}

// unexpected is recorded without a position for the first word of a statement;
// elsewhere with position and quotes (unverified).
func (s source) unexpected(t token) *Error {
	if t.first {
		return plain("MALFORMED_QUERY", "unexpected token: %s", t.shown())
	}
	return s.at(t.offset, "MALFORMED_QUERY", "unexpected token: '%s'", t.shown())
}
