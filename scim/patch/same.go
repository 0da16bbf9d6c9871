package patch

import (
	"encoding/json"
	"strings"

	"scimforce/scim/resource"
)

// index makes it possible to find elements by key, so that long lists of
// members do not take the square of their length.
func (l *list) index() error {
	if l.known != nil {
		return nil
	}
	if err := l.meter.take(len(l.elements)); err != nil {
		return err
	}
	l.known = make(map[string][]int, len(l.elements))
	for i, e := range l.elements {
		k := l.key(e)
		l.known[k] = append(l.known[k], i)
	}
	return nil
}

// key is what elements that are the same have in common: their value, in any
// case unless it is caseExact, or without one all that they say.
func (l *list) key(e any) string {
	value, d := e, l.of.Definition
	if m, ok := e.(map[string]any); ok {
		value = m["value"]
		d, _ = resource.Lookup(l.of.Definition.SubAttributes(), "value")
	}
	if text := resource.Text(value); text != "" {
		if d == nil || !d.CaseExact() {
			text = strings.ToLower(text)
		}
		return "value " + text
	}
	// Never fails on decoded JSON, and sorts the keys of objects.
	text, _ := json.Marshal(e)
	return string(text)
}

// sameType says that the types of two elements do not differ; one without a
// type is like any.
func sameType(a, b any) bool {
	x, y := kind(a), kind(b)
	return x == "" || y == "" || strings.EqualFold(x, y)
}

func kind(e any) string {
	m, _ := e.(map[string]any)
	s, _ := m["type"].(string)
	return s
}
