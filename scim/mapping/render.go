package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	fields := []string{"Id"}
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
		if has && !slices.Contains(fields, field) {
			fields = append(fields, field)
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

// Render is the user as an IdP reads him: his record, with the echo where it is
// still true. groups and entitlements are there only when access is Known;
// meta.location and $ref are for the server to add. Nothing in the answer is
// shared with the arguments.
func (m *Mapping) Render(user map[string]any, echo Echo, access Access) map[string]any {
	v := view{record: user, access: access}
	out := make(map[string]any)
	for _, r := range m.rows {
		value := r.shape.plain(v)
		if entry, ok := echo[r.Attribute]; ok && r.Echo {
			value, _ = r.shape.show(v, entry)
		}
		if value = present(value); value != nil {
			r.at.put(out, clone(value))
		}
	}
	schemas := []any{UserURN}
	for _, urn := range []string{EnterpriseURN, SalesforceURN} {
		if out[urn] != nil {
			schemas = append(schemas, urn)
		}
	}
	out["schemas"] = schemas
	out["id"] = v.text("Id")
	out["meta"] = meta(v, echo)
	return out
}

func meta(v view, echo Echo) map[string]any {
	out := map[string]any{"resourceType": "User", "version": version(v, echo)}
	for name, field := range map[string]string{"created": "CreatedDate", "lastModified": "SystemModstamp"} {
		if t, ok := instant(v.value(field)); ok {
			out[name] = t.UTC().Format("2006-01-02T15:04:05.000Z")
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

// version is a weak entity tag: it changes when the record, the echo or the
// freezing changes. Grants do not count: they are not always read.
func version(v view, echo Echo) string {
	t, _ := instant(v.value("SystemModstamp"))
	remembered, _ := json.Marshal(echo) // JSON values only: cannot fail
	if len(echo) == 0 {
		remembered = nil
	}
	sum := sha256.Sum256(append(remembered, strconv.FormatBool(v.access.Frozen)...))
	return `W/"` + strconv.FormatInt(t.UnixMilli(), 36) + "-" + hex.EncodeToString(sum[:4]) + `"`
}
