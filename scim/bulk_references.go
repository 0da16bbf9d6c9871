package scim

import (
	"maps"
	"slices"
	"strings"
)

// bulkPrefix is what a reference to a resource of the same bulk begins with
// (RFC 7644 section 3.7.2): "bulkId:qwerty".
const bulkPrefix = "bulkId:"

// eachName calls f for every text in v that may name a resource: a value, the
// end of a $ref, a literal in the path of a PATCH operation. key is the member
// that v stands in. Depth is bounded by readBody.
func eachName(key string, v any, f func(string)) {
	switch v := v.(type) {
	case string:
		for _, at := range namesIn(key, v) {
			f(v[at.from:at.to])
		}
	case []any:
		for _, e := range v {
			eachName(key, e, f)
		}
	case map[string]any:
		for inner, e := range v {
			eachName(inner, e, f)
		}
	}
}

// replaceNames is v with every name that f knows another one for replaced; v
// stays as it is.
func replaceNames(key string, v any, f func(string) (string, bool)) any {
	switch v := v.(type) {
	case string:
		var out strings.Builder
		done := 0
		for _, at := range namesIn(key, v) {
			if name, ok := f(v[at.from:at.to]); ok {
				out.WriteString(v[done:at.from] + name)
				done = at.to
			}
		}
		return out.String() + v[done:]
	case []any:
		replaced := make([]any, len(v))
		for i, e := range v {
			replaced[i] = replaceNames(key, e, f)
		}
		return replaced
	case map[string]any:
		replaced := make(map[string]any, len(v))
		for inner, e := range v {
			replaced[inner] = replaceNames(inner, e, f)
		}
		return replaced
	}
	return v
}

// span is a part of a text.
type span struct{ from, to int }

// namesIn finds the parts of a text that may name a resource.
func namesIn(key, text string) []span {
	switch {
	case strings.EqualFold(key, "$ref"):
		// Everything after bulkId: is the bulkId, which may have a slash.
		from := strings.LastIndexByte(text, '/') + 1
		if at := strings.Index(text, "/"+bulkPrefix); at >= 0 {
			from = at + 1
		}
		return []span{{from, len(text)}}
	case strings.EqualFold(key, "path"):
		return literals(text)
	}
	return []span{{0, len(text)}}
}

// literals finds what stands between quotes in a path.
func literals(path string) []span {
	var found []span
	from := -1
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\':
			i++
		case path[i] != '"':
		case from < 0:
			from = i + 1
		default:
			found = append(found, span{from, i})
			from = -1
		}
	}
	return found
}

// refersTo tells whether v has a reference to one of the given bulkIds.
func refersTo(key string, v any, bulkIDs map[string]bool) bool {
	found := false
	eachName(key, v, func(name string) {
		id, ok := strings.CutPrefix(name, bulkPrefix)
		found = found || ok && bulkIDs[id]
	})
	return found
}

// withhold takes the values that refer to the given bulkIds out of the data of a
// POST: of a list its elements, of anything else the whole attribute. later are
// the PATCH operations that put them in. data stays as it is.
func withhold(data map[string]any, bulkIDs map[string]bool) (now map[string]any, later []any) {
	return withholdBelow("", data, bulkIDs)
}

func withholdBelow(prefix string, data map[string]any, bulkIDs map[string]bool) (now map[string]any, later []any) {
	now = make(map[string]any, len(data))
	add := func(name string, value any) {
		later = append(later, map[string]any{"op": "add", "path": prefix + name, "value": value})
	}
	for _, name := range slices.Sorted(maps.Keys(data)) {
		value := data[name]
		if !refersTo(name, value, bulkIDs) {
			now[name] = value
			continue
		}
		extension, isObject := value.(map[string]any)
		list, isList := value.([]any)
		switch {
		case isObject && prefix == "" && strings.Contains(name, ":"):
			kept, rest := withholdBelow(name+":", extension, bulkIDs)
			if len(kept) > 0 {
				now[name] = kept
			}
			later = append(later, rest...)
		case isList:
			var kept, withheld []any
			for _, e := range list {
				if refersTo(name, e, bulkIDs) {
					withheld = append(withheld, e)
				} else {
					kept = append(kept, e)
				}
			}
			if len(kept) > 0 {
				now[name] = kept
			}
			add(name, withheld)
		default:
			add(name, value)
		}
	}
	return now, later
}
