package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"scimforce/salesforce/simulator/wire"
)

// object is a JSON object with its keys in order: clients of the recordings
// see "attributes" first and error keys in one of two orders.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in order, without HTML escaping: Salesforce
// sends "<br>" as it is.
func (o object) MarshalJSON() ([]byte, error) { return appendJSON(nil, o) }

// appendJSON appends the compact JSON of v: object and the scalars of a record
// directly, anything else through encoding/json.
func appendJSON(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		return wire.AppendString(dst, v), nil
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case float64:
		return wire.AppendDouble(dst, v), nil
	case time.Time:
		return wire.AppendDatetime(dst, v), nil
	case object:
		return appendObject(dst, v)
	case []object:
		return appendList(dst, v)
	case []any:
		return appendList(dst, v)
	case []string:
		return appendList(dst, v)
	case json.RawMessage:
		return append(dst, v...), nil
	case page:
		return append(dst, v...), nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("simulator: encode %T: %w", v, err)
	}
	return append(dst, bytes.TrimRight(b.Bytes(), "\n")...), nil
}

func appendObject(dst []byte, o object) ([]byte, error) {
	var err error
	dst = append(dst, '{')
	for i, m := range o {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(wire.AppendString(dst, m.name), ':')
		if dst, err = appendJSON(dst, m.value); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

// appendList writes a list; a nil one is [], not null.
func appendList[T any](dst []byte, list []T) ([]byte, error) {
	var err error
	dst = append(dst, '[')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendJSON(dst, any(v)); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

// prettyJSON lays compact JSON out as an org does for "X-PrettyPrint: 1": two
// spaces a level, " : " after a key, arrays on the line ("[ {", "[ ]").
func prettyJSON(compact []byte) []byte {
	var out []byte
	level := 0
	newline := func() {
		out = append(out, '\n')
		out = append(out, strings.Repeat("  ", level)...)
	}
	var inArray []bool // the open brackets, innermost last
	for i := 0; i < len(compact); i++ {
		c := compact[i]
		switch c {
		case '"':
			end := i + 1
			for compact[end] != '"' {
				if compact[end] == '\\' {
					end++
				}
				end++
			}
			out = append(out, compact[i:end+1]...)
			i = end
		case '{':
			if compact[i+1] == '}' {
				out = append(out, "{ }"...)
				i++
				continue
			}
			inArray = append(inArray, false)
			level++
			out = append(out, '{')
			newline()
		case '}':
			inArray = inArray[:len(inArray)-1]
			level--
			newline()
			out = append(out, '}')
		case '[':
			if compact[i+1] == ']' {
				out = append(out, "[ ]"...)
				i++
				continue
			}
			inArray = append(inArray, true)
			out = append(out, "[ "...)
		case ']':
			inArray = inArray[:len(inArray)-1]
			out = append(out, " ]"...)
		case ',':
			out = append(out, ',')
			if inArray[len(inArray)-1] {
				out = append(out, ' ')
			} else {
				newline()
			}
		case ':':
			out = append(out, " : "...)
		default:
			out = append(out, c)
		}
	}
	return out
}

// text is v as a string, "" when it is none.
func text(v any) string {
	s, _ := v.(string)
	return s
}
