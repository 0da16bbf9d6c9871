package jsonin

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Kind is what a value is.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// Value is one JSON value and where it stood.
type Value struct {
	Kind    Kind
	Flag    bool     // of a Bool
	Text    string   // of a String, its content; of a Number, its digits as written
	Items   []*Value // of an Array
	Members []Member // of an Object, in the order written, a name perhaps twice

	start, seen, end int // offsets of its first byte, of how far the parser had read when it met the value, and behind it
}

// Member is one name and value of an object.
type Member struct {
	Name  string
	Value *Value
}

// Any is the value as encoding/json would decode it, numbers as json.Number. Of
// a name written twice the last one counts (unverified: which one a real org takes).
func (v *Value) Any() any {
	switch v.Kind {
	case Bool:
		return v.Flag
	case Number:
		return json.Number(v.Text)
	case String:
		return v.Text
	case Array:
		list := make([]any, len(v.Items))
		for i, item := range v.Items {
			list[i] = item.Any()
		}
		return list
	case Object:
		return v.Map()
	}
	return nil
}

// Map is the members of an object as encoding/json would decode them; nil for
// any other value.
func (v *Value) Map() map[string]any {
	if v.Kind != Object {
		return nil
	}
	out := make(map[string]any, len(v.Members))
	for _, m := range v.Members {
		out[m.Name] = m.Value.Any()
	}
	return out
}

// Member finds the member of that name, the last one if there are several; nil
// if there is none.
func (v *Value) Member(name string) *Value {
	for i := len(v.Members) - 1; i >= 0; i-- {
		if v.Members[i].Name == name {
			return v.Members[i].Value
		}
	}
	return nil
}

// Token names the value as a complaint does: "VALUE_STRING value yes".
// unverified: the words for all but strings, numbers, which were recorded.
func (v *Value) Token() string {
	switch v.Kind {
	case Bool:
		if v.Flag {
			return "VALUE_TRUE value true"
		}
		return "VALUE_FALSE value false"
	case Number:
		for _, c := range []byte(v.Text) {
			if c == '.' || c == 'e' || c == 'E' {
				return "VALUE_NUMBER_FLOAT value " + v.Text
			}
		}
		return "VALUE_NUMBER_INT value " + v.Text
	case String:
		return "VALUE_STRING value " + v.Text
	case Array:
		return "START_ARRAY value ["
	case Object:
		return "START_OBJECT value {"
	}
	return "VALUE_NULL value null"
}

// Document is a parsed request body.
type Document struct {
	*Value        // the root
	data   []byte // what it was parsed from
}

// Raw is the text of a value of the document.
func (d *Document) Raw(v *Value) []byte { return d.data[v.start:v.end] }

// Start is the place of a value's first character: "[line:1, column:129]".
// unverified: that the column of a wrong type is that of its value's first
// character.
func (d *Document) Start(v *Value) string { return place(d.data, v.start) }

// Seen is the place up to which the parser had read when it met the value. It
// is behind the quote of a string, which it reads later, and behind the whole
// of a number.
func (d *Document) Seen(v *Value) string { return place(d.data, v.seen) }

// Unrecognized is the complaint about a member that the request has no use for.
// It was recorded as: Unrecognized field "name" at [line:2, column:14].
func (d *Document) Unrecognized(m Member) *Error {
	return &Error{fmt.Sprintf("Unrecognized field %q at %s", m.Name, d.Seen(m.Value))}
}

// WrongType is the complaint about a value that cannot be read as what is
// wanted, as recorded in 2017 and 2021; an older recording lacks the words from
// "or request" on.
func (d *Document) WrongType(want string, v *Value) *Error {
	return &Error{"Cannot deserialize instance of " + want + " from " + v.Token() + " or request may be missing a required field at " + d.Start(v)}
}

// place is line and column of an offset, both from 1, the column in bytes.
func place(data []byte, offset int) string {
	before := data[:min(offset, len(data))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := offset - (bytes.LastIndexByte(before, '\n') + 1) + 1
	return fmt.Sprintf("[line:%d, column:%d]", line, column)
}

// Error is a complaint of the parser, with the place at its end.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }
