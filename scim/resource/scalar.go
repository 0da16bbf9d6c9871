package resource

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"
)

// maxQuoted bounds how much of a wrong value an error repeats, in characters.
const maxQuoted = 40

// scalar checks a value of a simple type and returns it as encoding/json would
// have decoded it.
func scalar(path string, d *schema.CoreAttribute, v any) (any, error) {
	secret := d.Returned() == "never" || d.Mutability() == "writeOnly"
	switch d.AttributeType() {
	case typeBoolean:
		if _, ok := v.(bool); ok {
			return v, nil
		}
		return nil, wrongType(path, "a boolean", v, secret)
	case typeInteger:
		if f, ok := number(v); ok && f == math.Trunc(f) {
			return f, nil
		}
		return nil, wrongType(path, "a whole number", v, secret)
	case typeDecimal:
		if f, ok := number(v); ok {
			return f, nil
		}
		return nil, wrongType(path, "a number", v, secret)
	case typeDateTime:
		if s, ok := v.(string); ok {
			if s == "" {
				return nil, nil
			}
			if _, ok := Time(s); ok {
				return v, nil
			}
		}
		return nil, wrongType(path, `a date and time like "2008-01-23T04:56:22Z"`, v, secret)
	case typeBinary:
		if s, ok := v.(string); ok && isBase64(s) {
			return v, nil
		}
		return nil, wrongType(path, "a base64 string", v, true)
	default: // string and reference
		switch v.(type) {
		case string:
			return v, nil
		case float64, json.Number:
			return Text(v), nil
		}
		return nil, wrongType(path, "a string", v, secret)
	}
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}

// Text writes a simple JSON value as a string holds it: numbers without
// exponent, true and false in lower case, "" for anything else.
func Text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case json.Number:
		return v.String()
	}
	return ""
}

// Time reads a dateTime (RFC 7643 section 2.3.5, an xsd:dateTime). Clients
// leave parts out: without a zone it is taken as UTC, a date alone as its
// midnight (Microsoft's test collection sends `meta.created gt 2015-01-01`).
func Time(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999Z0700", time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// isBase64 takes padded and unpadded text, broken into lines or not.
func isBase64(s string) bool {
	s = strings.NewReplacer("\r", "", "\n", "", " ", "", "=", "").Replace(s)
	_, err := base64.RawStdEncoding.DecodeString(s)
	return err == nil
}

// wrongType says which attribute, what was expected and what came. The value
// itself is left out when it is a secret or when it is expected to be personal.
func wrongType(path, expected string, v any, hide bool) error {
	return invalid(scimerrors.ScimTypeInvalidValue, "%s: expected %s, got %s", path, expected, describe(v, hide))
}

func describe(v any, hide bool) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	case string:
		if hide {
			return "a string"
		}
		if runes := []rune(v); len(runes) > maxQuoted {
			v = string(runes[:maxQuoted]) + "…"
		}
		return "the string " + strconv.Quote(v)
	case bool:
		return Text(v)
	case float64, json.Number:
		if hide {
			return "a number"
		}
		return "the number " + Text(v)
	}
	return "something else"
}
