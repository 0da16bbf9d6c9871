package salesforce

import (
	"maps"
	"strconv"
	"strings"
	"time"
)

// The form in which the API writes dates with times, always in UTC:
// 2024-09-05T21:57:31.000+0000.
const datetimeForm = "2006-01-02T15:04:05.000-0700"

// A Record is one record as it came in JSON: string, bool, float64, nil,
// nested records as map[string]any, child records as map[string]any with
// "records". A number that float64 cannot hold exactly is kept as a string of
// its digits. The key "attributes" names the type of a record that was read
// and is left out of writes.
type Record map[string]any

// ID is the record's id, 18 characters.
func (r Record) ID() string {
	return r.String("Id")
}

// String is the text of a field, "" when the field is absent or null. The
// field may be a path to a parent's field, such as "Profile.Name". A number
// or a bool is written out.
func (r Record) String(field string) string {
	switch v := r.value(field).(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return ""
	}
}

// Bool is the value of a checkbox, false when the field is absent or null.
func (r Record) Bool(field string) bool {
	v, _ := r.value(field).(bool)
	return v
}

// Time is the value of a datetime or date field, the zero time when the field
// is absent, null or no date.
func (r Record) Time(field string) time.Time {
	text, _ := r.value(field).(string)
	for _, form := range []string{datetimeForm, time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func (r Record) value(field string) any {
	parent, rest, nested := strings.Cut(field, ".")
	v := r[parent]
	if !nested {
		return v
	}
	switch v := v.(type) {
	case Record:
		return v.value(rest)
	case map[string]any:
		return Record(v).value(rest)
	default:
		return nil
	}
}

// writable copies a record as a body to write: without attributes, and with
// times in the form that Salesforce takes.
func (r Record) writable() Record {
	w := maps.Clone(r)
	if w == nil {
		w = Record{}
	}
	delete(w, "attributes")
	for field, v := range w {
		if t, ok := v.(time.Time); ok {
			w[field] = t.UTC().Format(datetimeForm)
		}
	}
	return w
}
