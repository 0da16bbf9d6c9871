package simulator

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"scimforce/salesforce/simulator/jsonin"
)

// references are the answers of a composite so far, by reference id; a failed
// subrequest is there with nothing in it. nil references leave everything as it
// is: they are of somebody who only looks.
type references map[string]*earlier

// earlier is one answer, which becomes decoded JSON when somebody refers to it.
type earlier struct {
	body    any
	decoded bool
}

// haltError is why a subrequest is not run, in Salesforce's own words.
type haltError string

func (e haltError) Error() string { return string(e) }

// reference is one "@{ref.records[0].Id}".
var reference = regexp.MustCompile(`@\{([^}]*)\}`)

func (r references) add(id string, a answer) {
	r[id] = &earlier{}
	if !a.failed() {
		r[id].body = a.body
	}
}

// value is the decoded answer of that reference id, nil without one.
func (r references) value(id string) any {
	e := r[id]
	if e == nil {
		return nil
	}
	if !e.decoded {
		body := e.body
		e.body, e.decoded = nil, true
		if data, err := appendJSON(nil, body); err == nil {
			if doc, bad := jsonin.Parse(data); bad == nil {
				e.body = doc.Any()
			}
		}
	}
	return e.body
}

// inURL replaces the references of a URL by their values, escaped for where
// they stand.
func (r references) inURL(target string) (string, error) {
	if r == nil {
		return target, nil
	}
	question := strings.IndexByte(target, '?')
	return r.replace(target, func(value string, at int) string {
		if question >= 0 && at > question {
			return url.QueryEscape(value)
		}
		return url.PathEscape(value)
	})
}

// inBody replaces the references in all strings of a body. A string that is
// one reference and nothing else becomes the value with its type.
func (r references) inBody(v any) (any, error) {
	if r == nil {
		return v, nil
	}
	switch v := v.(type) {
	case string:
		if m := reference.FindStringIndex(v); m != nil && m[0] == 0 && m[1] == len(v) {
			return r.lookup(v[2 : len(v)-1])
		}
		return r.replace(v, func(value string, _ int) string { return value })
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, one := range v {
			replaced, err := r.inBody(one)
			if err != nil {
				return nil, err
			}
			out[name] = replaced
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			replaced, err := r.inBody(one)
			if err != nil {
				return nil, err
			}
			out[i] = replaced
		}
		return out, nil
	}
	return v, nil
}

func (r references) replace(s string, escape func(value string, at int) string) (string, error) {
	var out strings.Builder
	last := 0
	for _, m := range reference.FindAllStringSubmatchIndex(s, -1) {
		value, err := r.lookup(s[m[2]:m[3]])
		if err != nil {
			return "", err
		}
		out.WriteString(s[last:m[0]])
		out.WriteString(escape(fmt.Sprint(value), m[0]))
		last = m[1]
	}
	out.WriteString(s[last:])
	return out.String(), nil
}

// lookup walks "ref.records[0].Id". Names are case-sensitive, as they are in
// the answer. A missing value halts the subrequest.
func (r references) lookup(path string) (any, error) {
	name := path
	if i := strings.IndexAny(path, ".["); i >= 0 {
		name = path[:i]
	}
	missing := haltError("Invalid reference specified. No value for " + path + " found in " + name)
	value := r.value(name)
	rest := path[len(name):]
	for rest != "" {
		switch rest[0] {
		case '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			fields, ok := value.(map[string]any)
			if !ok {
				return nil, missing
			}
			value, rest = fields[rest[1:end+1]], rest[end+1:]
		case '[':
			end := strings.IndexByte(rest, ']')
			list, ok := value.([]any)
			if end < 0 || !ok {
				return nil, missing
			}
			n, err := strconv.Atoi(rest[1:end])
			if err != nil || n < 0 || n >= len(list) {
				return nil, missing
			}
			value, rest = list[n], rest[end+1:]
		default:
			return nil, missing
		}
	}
	if value == nil {
		return nil, missing
	}
	return value, nil
}
