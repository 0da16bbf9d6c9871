package scim

import "encoding/json"

// repeatedName finds a name that is there twice in one object of valid JSON, and
// where the second one begins; at is -1 when there is none. RFC 8259 section 4
// leaves open which of two values counts, so that a body in which a filter before
// the bridge reads the one and the bridge the other is refused.
func repeatedName(data []byte) (name string, at int) {
	var open []objectNames // of each bracket that is open
	expects := false       // a name comes next
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '{':
			open, expects = append(open, objectNames{object: true}), true
		case '[':
			open, expects = append(open, objectNames{}), false
		case '}', ']':
			open, expects = open[:len(open)-1], false
		case ',':
			expects = open[len(open)-1].object
		case '"':
			end, escaped := i+1, false
			for data[end] != '"' {
				if data[end] == '\\' {
					escaped = true
					end++
				}
				end++
			}
			if expects {
				text := string(data[i+1 : end])
				if escaped {
					// Valid JSON, so that it can be read.
					_ = json.Unmarshal(data[i:end+1], &text)
				}
				if !open[len(open)-1].add(text) {
					return text, i
				}
				expects = false
			}
			i = end
		}
	}
	return "", -1
}

// objectNames are the names of one object so far: few of them in a list, more in a
// map, so that a body of many names takes no longer than others.
type objectNames struct {
	object bool
	few    []string
	many   map[string]bool
}

const fewNames = 16

// add notes a name; false when it is there already.
func (n *objectNames) add(name string) bool {
	if n.many != nil {
		if n.many[name] {
			return false
		}
		n.many[name] = true
		return true
	}
	for _, other := range n.few {
		if other == name {
			return false
		}
	}
	if n.few = append(n.few, name); len(n.few) > fewNames {
		n.many = make(map[string]bool, 2*len(n.few))
		for _, other := range n.few {
			n.many[other] = true
		}
	}
	return true
}
