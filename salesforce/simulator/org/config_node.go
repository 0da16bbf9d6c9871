package org

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// configReader walks the nodes of a YAML document and collects what is wrong
// with them. Walking nodes rather than decoding into structs gives every
// problem its line and the keys that could have been meant.
type configReader struct {
	found problems
	rules []int // lines of the validation rules
}

// mostSeats is the greatest number of seats of a licence.
const mostSeats = 1 << 30

// fields are the keys of one mapping.
type fields struct {
	r      *configReader
	node   *yaml.Node
	values map[string]*yaml.Node
}

// mapping reads a mapping of which keys are all there can be. What is none has
// no fields.
func (r *configReader) mapping(n *yaml.Node, what string, keys ...string) fields {
	return r.mappingWith(n, what, func(string) bool { return false }, keys...)
}

// mappingWith is mapping with more keys allowed.
func (r *configReader) mappingWith(n *yaml.Node, what string, allowed func(string) bool, keys ...string) fields {
	m := fields{r, n, map[string]*yaml.Node{}}
	if n.Kind != yaml.MappingNode {
		if n.Tag != "!!null" {
			r.found.addf(n.Line, "%s: write KEY: VALUE for each of %s", what, strings.Join(keys, ", "))
		}
		return m
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case !slices.Contains(keys, key.Value) && !allowed(key.Value):
			r.found.addf(key.Line, "%s has no %q: write one of %s", what, key.Value, strings.Join(keys, ", "))
		case m.values[key.Value] != nil:
			r.found.addf(key.Line, "%q is there twice: leave one out", key.Value)
		case value.Kind == yaml.AliasNode:
			r.found.addf(value.Line, "%s: *%s: aliases are not read, write the value out", key.Value, value.Value)
		case value.Tag != "!!null":
			m.values[key.Value] = value
		}
	}
	return m
}

func (m fields) at(key string) *yaml.Node { return m.values[key] }

// text is a scalar as it was written, "" where there is none.
func (m fields) text(key string) string {
	n := m.at(key)
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		m.r.found.addf(n.Line, "%s: write one text", key)
		return ""
	}
	return n.Value
}

func (m fields) flag(key string) bool {
	n := m.at(key)
	if n == nil {
		return false
	}
	if n.Tag != "!!bool" {
		m.r.found.addf(n.Line, "%s: %q: write true or false", key, n.Value)
	}
	return strings.EqualFold(n.Value, "true")
}

func (m fields) number(key string, low, high int) int {
	n := m.at(key)
	if n == nil {
		return 0
	}
	return m.r.scalarNumber(n, key, low, high)
}

func (r *configReader) scalarNumber(n *yaml.Node, key string, low, high int) int {
	number, err := strconv.Atoi(strings.ReplaceAll(n.Value, "_", ""))
	if err != nil || number < low || number > high {
		r.found.addf(n.Line, "%s: %q: write a number from %d to %d", key, n.Value, low, high)
		return 0
	}
	return number
}

// seats reads a number of seats; none given is plenty.
func (m fields) seats(key string) int {
	if m.at(key) == nil {
		return 0
	}
	if seats := m.number(key, 0, mostSeats); seats > 0 {
		return seats
	}
	return NoSeats
}

// list reads a list; nil where there is none.
func (m fields) list(key string) []*yaml.Node {
	n := m.at(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		m.r.found.addf(n.Line, "%s: write a list, each entry behind a -", key)
		return nil
	}
	return slices.DeleteFunc(slices.Clone(n.Content), func(entry *yaml.Node) bool {
		if entry.Kind == yaml.AliasNode {
			m.r.found.addf(entry.Line, "%s: *%s: aliases are not read, write the value out", key, entry.Value)
		}
		return entry.Kind == yaml.AliasNode
	})
}

func (m fields) texts(key string) []string {
	var out []string
	for _, n := range m.list(key) {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			m.r.found.addf(n.Line, "%s: write one text for each entry", key)
			continue
		}
		out = append(out, n.Value)
	}
	return out
}

// each reads a list of mappings: nil where there is none, else not nil.
func each[T any](m fields, key string, read func(*yaml.Node) T) []T {
	if m.at(key) == nil {
		return nil
	}
	out := []T{}
	for _, n := range m.list(key) {
		out = append(out, read(n))
	}
	return out
}

// spot is where something stands in the file it was read from; the zero value
// is no file.
type spot struct{ node *yaml.Node }

// line is the line of a key, else that of the whole; 0 without a file.
func (s spot) line(key string) int {
	if s.node == nil {
		return 0
	}
	for i := 0; i+1 < len(s.node.Content) && s.node.Kind == yaml.MappingNode; i += 2 {
		if s.node.Content[i].Value == key && key != "" {
			return s.node.Content[i].Line
		}
	}
	return s.node.Line
}
