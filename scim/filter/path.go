package filter

import (
	"strings"
)

// ParseTarget reads the path of a PATCH operation (RFC 7644 figure 7), and the
// URN of a schema alone, which Entra and others send. Names may be in any case.
// The error is a *SyntaxError.
func ParseTarget(s string) (Target, error) {
	p := &parser{text: s}
	if err := p.check("path"); err != nil {
		return Target{}, err
	}
	path, err := p.path()
	if err != nil {
		return Target{}, err
	}
	t := Target{Path: path}
	if p.peek() == '[' {
		if t.Filter, err = p.brackets(path); err != nil {
			return Target{}, err
		}
		if p.peek() == '.' {
			sub, err := p.sub()
			if err != nil {
				return Target{}, err
			}
			t.Sub = sub.Attribute
		}
	}
	if p.space(); !p.ended() {
		return Target{}, p.fail(p.at, "expected the end of the path, got %s", p.got())
	}
	return t, nil
}

// path reads attr, attr.sub, either behind a URN, or a URN alone.
func (p *parser) path() (Path, error) {
	p.space()
	start := p.at
	for !p.ended() && (isName(p.peek()) || p.peek() == '.' || p.peek() == ':') {
		p.at++
	}
	text := p.text[start:p.at]
	if text == "" {
		return Path{}, p.fail(start, "expected an attribute, got %s", p.got())
	}
	path := Path{Position: p.position(start)}
	names := text
	if strings.Contains(text, ":") {
		if strings.HasPrefix(text, ":") || strings.HasSuffix(text, ":") || strings.HasSuffix(text, ".") {
			return Path{}, p.fail(start, "%q is neither an attribute nor the URN of a schema", text)
		}
		path.URN, names = splitURN(text)
		if names == "" {
			return path, nil
		}
	}
	attribute, sub, dotted := strings.Cut(names, ".")
	path.Attribute, path.Sub = attribute, sub
	nameStart := start + len(text) - len(names)
	if !validName(attribute) {
		return Path{}, p.fail(nameStart, "%q is not an attribute name", attribute)
	}
	if dotted && !validName(sub) {
		return Path{}, p.fail(nameStart+len(attribute)+1, "%q is not a sub-attribute name", sub)
	}
	return path, nil
}

// sub reads .name behind a bracket; the path names it as the conditions inside
// the brackets name theirs.
func (p *parser) sub() (Path, error) {
	p.at++
	start := p.at
	for !p.ended() && isName(p.peek()) {
		p.at++
	}
	name := p.text[start:p.at]
	if !validName(name) {
		return Path{}, p.fail(start, `expected a sub-attribute after "].", got %s`, p.got())
	}
	return Path{Attribute: name, Position: p.position(start)}, nil
}

func validName(s string) bool {
	if s == "" || isDigit(s[0]) || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		if !isName(s[i]) {
			return false
		}
	}
	return true
}

// splitURN divides a path with a URN into the URN and the names behind it,
// without knowing the schemas. A schema's URN ends in a version and a name
// (`...:2.0:User`); if the last segment is that name, what follows its first
// dot are the attribute names, and nothing may follow. Otherwise the last
// segment is the attribute. The version may be joined to the name (`2.0User`),
// as in samples of Entra's documentation.
func splitURN(text string) (urn, names string) {
	colon := strings.LastIndexByte(text, ':')
	head, tail := text[:colon], text[colon+1:]
	unversioned := strings.TrimLeft(tail, "0123456789.")
	joined := isDigit(tail[0])
	if !joined && !isVersion(head[strings.LastIndexByte(head, ':')+1:]) {
		return head, tail
	}
	nameStart := colon + 1
	if joined {
		nameStart = len(text) - len(unversioned)
	}
	name, names, _ := strings.Cut(text[nameStart:], ".")
	return text[:nameStart] + name, names
}

// isVersion says whether s is like 2.0.
func isVersion(s string) bool {
	return s != "" && isDigit(s[0]) && isDigit(s[len(s)-1]) && strings.Trim(s, "0123456789.") == ""
}
