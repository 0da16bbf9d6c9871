package formula

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// words is a value as text; blank is "".
func words(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		if v.Equal(v.Truncate(day)) {
			return v.Format(time.DateOnly)
		}
		return v.Format("2006-01-02 15:04:05Z")
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// blank reports whether there is no value: nil, or a text without characters.
func blank(v any) bool { return v == nil || v == "" }

func equal(a, b any) bool {
	if blank(a) || blank(b) {
		return blank(a) && blank(b)
	}
	if at, ok := a.(time.Time); ok {
		bt, ok := b.(time.Time)
		return ok && at.Equal(bt)
	}
	return a == b
}

// compare orders two values of one kind; false where one is blank.
func compare(a, b any) (int, bool) {
	switch x := a.(type) {
	case float64:
		y, ok := b.(float64)
		return cmp.Compare(x, y), ok
	case time.Time:
		y, ok := b.(time.Time)
		return x.Compare(y), ok
	case string:
		y, ok := b.(string)
		return strings.Compare(x, y), ok && x != "" && y != ""
	}
	return 0, false
}
