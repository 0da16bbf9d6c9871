package mapping

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Salesforce writes datetimes with a numeric zone without a colon.
const salesforceTime = "2006-01-02T15:04:05.000-0700"

// Select lists the fields of User to read, only those that the org has, with
// paths to parents as in "Manager.Name". What it lists is enough for Render and
// Remember, or with shows, which says of an attribute whether it is shown, for
// Render of those attributes.
func (m *Mapping) Select(org Org, shows func(attribute string) bool) []string {
	rare := func(field string) bool {
		return slices.Contains([]string{"MiddleName", "Suffix", "StateCode", "CountryCode"}, field)
	}
	fields, listed := []string{"Id"}, map[string]bool{"Id": true}
	add := func(field string) {
		base, parent, isPath := strings.Cut(field, ".")
		if isPath && parent != "" {
			base += "Id"
		}
		has := true
		if org.Field != nil {
			_, has = org.Field(base)
		} else if rare(field) {
			has = false
		}
		if has && !listed[field] {
			fields, listed[field] = append(fields, field), true
		}
	}
	for _, r := range m.rows {
		if shows != nil && !shows(r.Attribute) {
			continue
		}
		for _, field := range r.Fields {
			add(field)
		}
	}
	for _, field := range []string{"Username", "Name", "ProfileId", "IsActive", "CreatedDate", "SystemModstamp"} {
		add(field)
	}
	return fields
}

// mostAttributes is what stands at the top of a user, at most.
const mostAttributes = 28

// Render is the user as an IdP reads him: his record, with the echo where it is
// still true. groups and entitlements are there only when access is Known;
// meta.location and $ref are for the server to add. The values of the echo are in
// the answer as they are, so nobody may write to what is in it.
func (m *Mapping) Render(user map[string]any, echo Echo, access Access) map[string]any {
	v := view{record: user, access: access}
	out := make(map[string]any, mostAttributes)
	told := make([]byte, 0, 4096) // all that the version depends on
	// Of an extension there may be hundreds of rows, one behind the other.
	var urn string
	var nested map[string]any
	for i := range m.rows {
		r := &m.rows[i]
		entry, remembered := echo[r.Attribute]
		told = r.tell(told, v, entry)
		if r.hidden {
			continue
		}
		var value any
		if remembered && r.Echo {
			value, _ = r.shape.show(v, entry)
		} else {
			value = r.shape.plain(v)
		}
		if value = present(value); value == nil {
			continue
		}
		at, in := r.at, out
		if at.urn != "" {
			if at.urn != urn {
				urn = at.urn
				nested = within(out, urn)
			}
			at.urn, in = "", nested
		}
		at.put(in, value)
	}
	schemas := append(make([]any, 0, 3), UserURN)
	for _, urn := range []string{EnterpriseURN, SalesforceURN} {
		if out[urn] != nil {
			schemas = append(schemas, urn)
		}
	}
	out["schemas"] = schemas
	out["id"] = v.text("Id")
	out["meta"] = meta(v, told, out)
	return out
}

func meta(v view, told []byte, shown map[string]any) map[string]any {
	out := map[string]any{"resourceType": "User", "version": version(v, told, shown)}
	for _, at := range [...][2]string{{"created", "CreatedDate"}, {"lastModified", "SystemModstamp"}} {
		if t, ok := instant(v.value(at[1])); ok {
			out[at[0]] = t.UTC().Format("2006-01-02T15:04:05.000Z")
		}
	}
	return out
}

// instant reads a datetime of Salesforce.
func instant(value any) (time.Time, bool) {
	s, _ := value.(string)
	for _, layout := range []string{salesforceTime, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// version changes when the record, the echo, the freezing or, where they are
// shown, the grants change. SystemModstamp alone would not do: it counts whole
// seconds, and two changes may be made in one. A grant does not touch the record
// of the user at all.
//
// The fields of all that is shown unasked count: of a record that was read in
// less there is no version.
func version(v view, told []byte, shown map[string]any) string {
	t, _ := instant(v.value("SystemModstamp"))
	parts := [3]string{strconv.FormatInt(t.Unix(), 36), digest(appendValue(told, v.access.Frozen))}
	if !v.access.Known {
		return Version(parts[:2]...)
	}
	parts[2] = digest(appendValue(appendValue(told[:0], shown["groups"]), shown["entitlements"]))
	return Version(parts[:]...)
}

// tell adds what the version is to know of an attribute.
func (r *row) tell(told []byte, v view, entry Remembered) []byte {
	if !r.onRequest { // else not always read; SystemModstamp tells of most
		for _, field := range r.Fields {
			told = append(append(told, v.text(field)...), 0)
		}
	}
	return appendValue(appendValue(told, entry.Sent), entry.Held)
}
