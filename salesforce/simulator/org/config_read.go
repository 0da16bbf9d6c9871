package org

import "go.yaml.in/yaml/v3"

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
