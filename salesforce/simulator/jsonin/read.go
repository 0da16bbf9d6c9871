package jsonin

import (
	"strconv"
	"strings"
)

// Field says how one member of an envelope is read.
type Field struct {
	Name string
	Read func(*Value) *Error
}

// Object reads the members of an object: each known one by its Field, null as if
// it were absent, an unknown one is refused.
func (d *Document) Object(v *Value, known ...Field) *Error {
	if v.Kind != Object {
		return d.WrongType("object", v)
	}
members:
	for _, m := range v.Members {
		for _, f := range known {
			if f.Name != m.Name {
				continue
			}
			if m.Value.Kind != Null {
				if err := f.Read(m.Value); err != nil {
					return err
				}
			}
			continue members
		}
		return d.Unrecognized(m)
	}
	return nil
}

// Flag reads a boolean, also from the strings "true" and "false".
func (d *Document) Flag(into *bool) func(*Value) *Error {
	return func(v *Value) *Error {
		switch {
		case v.Kind == Bool:
			*into = v.Flag
		case v.Kind == String && strings.EqualFold(v.Text, "true"):
			*into = true
		case v.Kind == String && strings.EqualFold(v.Text, "false"):
			*into = false
		default:
			return d.WrongType("boolean", v)
		}
		return nil
	}
}

// Text reads a string, also from the other scalars, as written.
func (d *Document) Text(into *string) func(*Value) *Error {
	return func(v *Value) *Error {
		switch v.Kind {
		case String, Number:
			*into = v.Text
		case Bool:
			*into = strconv.FormatBool(v.Flag)
		default:
			return d.WrongType("string", v)
		}
		return nil
	}
}

// Texts reads a list of strings; null in it is an empty one.
func (d *Document) Texts(into *[]string) func(*Value) *Error {
	return d.List(func(v *Value) *Error {
		var one string
		if v.Kind != Null {
			if err := d.Text(&one)(v); err != nil {
				return err
			}
		}
		*into = append(*into, one)
		return nil
	})
}

// List reads each element of a list.
func (d *Document) List(each func(*Value) *Error) func(*Value) *Error {
	return func(v *Value) *Error {
		if v.Kind != Array {
			return d.WrongType("list", v)
		}
		for _, item := range v.Items {
			if err := each(item); err != nil {
				return err
			}
		}
		return nil
	}
}
