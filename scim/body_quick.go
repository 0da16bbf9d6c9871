package scim

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// shared is up to how many bytes the texts of a body may share its memory: what
// is remembered of a small body does not hold on to much.
const shared = 8 << 10

// quickly reads a body in one pass, with a fraction of the allocations that
// encoding/json makes. It takes exactly what carefully takes, and says nothing
// about what is wrong with the rest.
func quickly(data []byte) (map[string]any, bool) {
	if !utf8.Valid(data) {
		return nil, false
	}
	q := quick{text: string(data), fields: make([]field, 0, 64), elements: make([]any, 0, 16)}
	value, ok := q.value()
	if q.space(); !ok || q.at < len(q.text) {
		return nil, false
	}
	object, ok := value.(map[string]any)
	return object, ok
}

// quick is one reading. fields and elements are those of the objects and lists
// that are open, so that each can be made in its size when it closes.
type quick struct {
	text      string
	at, depth int
	fields    []field
	elements  []any
}

type field struct {
	name  string
	value any
}

// next is the byte at hand; 0, which no JSON has, at the end.
func (q *quick) next() byte {
	if q.at < len(q.text) {
		return q.text[q.at]
	}
	return 0
}

func (q *quick) space() {
	for q.at < len(q.text) && (q.text[q.at] == ' ' || q.text[q.at] == '\n' || q.text[q.at] == '\t' || q.text[q.at] == '\r') {
		q.at++
	}
}

// is takes a byte behind blanks, if it is there.
func (q *quick) is(c byte) bool {
	q.space()
	if q.next() != c {
		return false
	}
	q.at++
	return true
}

func (q *quick) value() (any, bool) {
	q.space()
	switch c := q.next(); {
	case c == '{':
		return q.object()
	case c == '[':
		return q.list()
	case c == '"':
		return q.string()
	case c == '-' || '0' <= c && c <= '9':
		return q.number()
	}
	switch {
	case q.word("true"):
		return true, true
	case q.word("false"):
		return false, true
	}
	return nil, q.word("null")
}

// word takes a word, if it is there.
func (q *quick) word(w string) bool {
	if !strings.HasPrefix(q.text[q.at:], w) {
		return false
	}
	q.at += len(w)
	return true
}

func (q *quick) object() (any, bool) {
	if q.depth++; q.depth > maxDepth {
		return nil, false
	}
	q.at++
	first := len(q.fields)
	for !q.is('}') {
		if len(q.fields) > first && !q.is(',') {
			return nil, false
		}
		if q.space(); q.next() != '"' {
			return nil, false
		}
		name, ok := q.string()
		if !ok || !q.is(':') {
			return nil, false
		}
		value, ok := q.value()
		if !ok {
			return nil, false
		}
		q.fields = append(q.fields, field{name, value})
	}
	fields := q.fields[first:]
	object := make(map[string]any, len(fields))
	for _, m := range fields {
		object[m.name] = m.value
	}
	q.fields = q.fields[:first]
	q.depth--
	return object, len(object) == len(fields) // else a name is there twice
}

func (q *quick) list() (any, bool) {
	if q.depth++; q.depth > maxDepth {
		return nil, false
	}
	q.at++
	first := len(q.elements)
	for !q.is(']') {
		if len(q.elements) > first && !q.is(',') {
			return nil, false
		}
		value, ok := q.value()
		if !ok {
			return nil, false
		}
		q.elements = append(q.elements, value)
	}
	list := append([]any{}, q.elements[first:]...)
	q.elements = q.elements[:first]
	q.depth--
	return list, true
}

// string reads a text; one with escapes is left to encoding/json.
func (q *quick) string() (string, bool) {
	start := q.at
	escaped := false
	end := start + 1
	for ; end < len(q.text) && q.text[end] != '"'; end++ {
		switch c := q.text[end]; {
		case c == '\\':
			escaped = true
			end++
		case c < ' ':
			return "", false
		}
	}
	if end >= len(q.text) {
		return "", false
	}
	q.at = end + 1
	if escaped {
		var s string
		err := json.Unmarshal([]byte(q.text[start:q.at]), &s)
		return s, err == nil
	}
	return q.part(start+1, q.at-1), true
}

// part is a piece of the body, in memory of its own if the body is large.
func (q *quick) part(from, to int) string {
	if len(q.text) > shared {
		return strings.Clone(q.text[from:to])
	}
	return q.text[from:to]
}

// number takes a number as it is written.
func (q *quick) number() (any, bool) {
	start := q.at
	digits := func() bool {
		from := q.at
		for c := q.next(); '0' <= c && c <= '9'; c = q.next() {
			q.at++
		}
		return q.at > from
	}
	if q.next() == '-' {
		q.at++
	}
	if q.next() == '0' {
		q.at++
	} else if !digits() {
		return nil, false
	}
	if q.next() == '.' {
		if q.at++; !digits() {
			return nil, false
		}
	}
	if c := q.next(); c == 'e' || c == 'E' {
		if q.at++; q.next() == '+' || q.next() == '-' {
			q.at++
		}
		if !digits() {
			return nil, false
		}
	}
	return json.Number(q.part(start, q.at)), true
}
