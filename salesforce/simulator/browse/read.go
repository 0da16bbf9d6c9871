package browse

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"scimforce/salesforce/simulator/org"
)

// reader reads an org for the pages, inside one view. An object or a field that
// the org does not have reads as nothing.
type reader struct{ v *org.View }

// read opens a view of everything.
func read(o *org.Org, fn func(r reader)) {
	_ = o.View(func(v *org.View) error { // the function returns no error
		fn(reader{v})
		return nil
	})
}

// all walks the records of an object, at most so many; more says that there
// are others.
func (r reader) all(object string, most int) (list []org.Record, more bool) {
	obj, ok := r.v.Object(object)
	if !ok {
		return nil, false
	}
	return take(r.v.Scan(obj, org.Bound{}), most)
}

// with finds the records whose field holds the id, at most so many. Without an
// index on the field nothing is found: a page is no reason for a walk through
// millions of records.
func (r reader) with(object, field, id string, most int) (list []org.Record, more bool) {
	obj, at, ok := r.indexed(object, field)
	if !ok {
		return nil, false
	}
	return take(r.v.Lookup(obj, at, id, org.Bound{}), most)
}

// newest finds the last so many of the records that with would find, the last
// in front: ids ascend with time.
func (r reader) newest(object, field, id string, most int) (list []org.Record) {
	obj, at, ok := r.indexed(object, field)
	if !ok {
		return nil
	}
	for record := range r.v.Lookup(obj, at, id, org.Bound{}) {
		if list = append(list, record); len(list) >= 2*most {
			list = slices.Delete(list, 0, len(list)-most)
		}
	}
	list = list[max(0, len(list)-most):]
	slices.Reverse(list)
	return list
}

// count is how many records with would find.
func (r reader) count(object, field, id string) int {
	obj, at, ok := r.indexed(object, field)
	if !ok {
		return 0
	}
	return r.v.Matches(obj, at, id)
}

// size is the number of records of an object.
func (r reader) size(object string) int {
	obj, ok := r.v.Object(object)
	if !ok {
		return 0
	}
	return r.v.Len(obj)
}

func (r reader) indexed(object, field string) (*org.Object, int, bool) {
	obj, ok := r.v.Object(object)
	if !ok {
		return nil, 0, false
	}
	at, ok := obj.FieldIndex(field)
	return obj, at, ok && r.v.Indexed(obj, at)
}

// name is the Name of the record that an id refers to, or another field.
func (r reader) name(id any, field string) string {
	s, _ := id.(string)
	target, ok := r.v.Target(s)
	if !ok {
		return ""
	}
	return text(target, field)
}

// state says in a word whether the user can log in.
func (r reader) state(user org.Record) string {
	if active, _ := user.Get("IsActive").(bool); !active {
		return "inactive"
	}
	logins, _ := r.with("UserLogin", "UserId", user.ID(), 1)
	for _, login := range logins {
		if frozen, _ := login.Get("IsFrozen").(bool); frozen {
			return "frozen"
		}
		if locked, _ := login.Get("IsPasswordLocked").(bool); locked {
			return "locked"
		}
	}
	return "active"
}

func take(records iter.Seq[org.Record], most int) (list []org.Record, more bool) {
	for record := range records {
		if len(list) == most {
			return list, true
		}
		list = append(list, record)
	}
	return list, false
}

// text is a field's value as it is shown.
func text(r org.Record, field string) string { return shown(r.Get(field)) }

// shown words a value: nothing for null, yes and no, and times without what
// nobody reads.
func shown(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05 UTC")
	case int64:
		return number(int(v))
	case org.Address:
		parts := []any{v.Street, v.PostalCode, v.City, v.State, v.Country}
		var given []string
		for _, part := range parts {
			if s, ok := part.(string); ok && s != "" {
				given = append(given, s)
			}
		}
		return strings.Join(given, ", ")
	}
	return fmt.Sprint(value)
}

// number writes n with commas between its thousands.
func number(n int) string {
	digits := strconv.Itoa(n)
	if n < 0 {
		return "-" + number(-n)
	}
	var groups []string
	for len(digits) > 3 {
		groups = append(groups, digits[len(digits)-3:])
		digits = digits[:len(digits)-3]
	}
	groups = append(groups, digits)
	slices.Reverse(groups)
	return strings.Join(groups, ",")
}
