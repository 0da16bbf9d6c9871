package scim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// encode turns a body into JSON, with the members of objects in the order of
// their names, and HTML characters left as they are: the answer is read by
// programs, and a "&" in a name should come back as it went.
//
// Resources are maps, for which encoding/json takes more than half of the time
// that a page of a list costs; so maps and lists are written here, and all else
// by encoding/json.
func encode(body any) ([]byte, error) {
	return appendJSON(make([]byte, 0, ordinary), body)
}

// ordinary is about how many bytes one resource has.
const ordinary = 4 << 10

func appendJSON(to []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(to, "null"...), nil
	case bool:
		if v {
			return append(to, "true"...), nil
		}
		return append(to, "false"...), nil
	case string:
		return appendString(to, v)
	case map[string]any:
		return appendObject(to, v)
	case []any:
		return appendList(to, v)
	case []map[string]any:
		return appendList(to, v)
	case listResponse:
		return v.append(to)
	}
	return appendOther(to, value)
}

// appendOther leaves a value to encoding/json.
func appendOther(to []byte, value any) ([]byte, error) {
	out := bytes.NewBuffer(to)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encoding an answer: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// appendString writes a text as encoding/json does; most stand in JSON as they are.
func appendString(to []byte, s string) ([]byte, error) {
	ascii := true
	begin := len(to) + 1
	to = append(append(to, '"'), s...)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ' || c == '"' || c == '\\':
			return appendOther(to[:begin-1], s)
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	// encoding/json mends what is not UTF-8, and escapes two of its line ends.
	if !ascii && (!utf8.ValidString(s) || strings.ContainsAny(s, "\u2028\u2029")) {
		return appendOther(to[:begin-1], s)
	}
	return append(to, '"'), nil
}

func appendObject(to []byte, object map[string]any) ([]byte, error) {
	if object == nil {
		return append(to, "null"...), nil
	}
	var room [32]string // more than a resource has
	names := room[:0]
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	to = append(to, '{')
	var err error
	for i, name := range names {
		if i > 0 {
			to = append(to, ',')
		}
		if to, err = appendString(to, name); err != nil {
			return nil, err
		}
		if to, err = appendJSON(append(to, ':'), object[name]); err != nil {
			return nil, err
		}
	}
	return append(to, '}'), nil
}

func appendList[E any](to []byte, list []E) ([]byte, error) {
	if list == nil {
		return append(to, "null"...), nil
	}
	to = append(to, '[')
	var err error
	begin := len(to)
	for i, element := range list {
		if i > 0 {
			to = append(to, ',')
		}
		if i == 1 { // the others will be about as long as the first
			to = slices.Grow(to, (len(to)-begin)*(len(list)-1))
		}
		if to, err = appendJSON(to, element); err != nil {
			return nil, err
		}
	}
	return append(to, ']'), nil
}

// append writes the list with its resources as appendJSON writes them.
func (l listResponse) append(to []byte) ([]byte, error) {
	to, err := appendJSON(to, listHead(l))
	if err != nil {
		return nil, err
	}
	to = append(bytes.TrimSuffix(to, []byte("}")), `,"Resources":`...)
	if to, err = appendList(to, l.Resources); err != nil {
		return nil, err
	}
	return append(to, '}'), nil
}
