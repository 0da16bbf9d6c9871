package filter

import "scimforce/scim/resource"

// String writes the filter in the RFC's grammar.
func (e And) String() string {
	left, right := e.Left.String(), e.Right.String()
	if _, ok := e.Left.(Or); ok {
		left = "(" + left + ")"
	}
	switch e.Right.(type) {
	case And, Or: // parsing groups to the left
		right = "(" + right + ")"
	}
	return left + " and " + right
}

// String writes the filter in the RFC's grammar.
func (e Or) String() string {
	right := e.Right.String()
	if _, ok := e.Right.(Or); ok {
		right = "(" + right + ")"
	}
	return e.Left.String() + " or " + right
}

// String writes the filter in the RFC's grammar.
func (e Not) String() string { return "not (" + e.X.String() + ")" }

// String writes the filter in the RFC's grammar.
func (e Compare) String() string {
	value := resource.Text(e.Value)
	if s, ok := e.Value.(string); ok {
		value = quote(s)
	}
	return e.Path.String() + " " + string(e.Operator) + " " + value
}

// String writes the filter in the RFC's grammar.
func (e Present) String() string { return e.Path.String() + " pr" }

// String writes the filter in the RFC's grammar.
func (e ValuePath) String() string { return e.Path.String() + "[" + e.Filter.String() + "]" }

// String is the path as it was spelled, a URN joined by a colon.
func (p Path) String() string {
	s := p.Attribute
	if p.URN != "" {
		s = p.URN
		if p.Attribute != "" {
			s += ":" + p.Attribute
		}
	}
	if p.Sub != "" {
		s += "." + p.Sub
	}
	return s
}

// String is the path of the target as PATCH writes it.
func (t Target) String() string {
	s := t.Path.String()
	if t.Filter != nil {
		s += "[" + t.Filter.String() + "]"
	}
	if t.Sub != "" {
		s += "." + t.Sub
	}
	return s
}
