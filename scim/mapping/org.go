package mapping

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// maxFields is more than an object of Salesforce has: 900 custom fields at most,
// beside about 200 of its own (unverified).
const maxFields = 2000

// fieldForm is the API name of a field. Attribute names allow all of it (RFC
// 7643 section 2.1, and section 2.3 for the underscore).
var fieldForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,79}$`)

// For is the mapping of one org: the attributes of m, with the lengths and the
// picklist values that the org has for them, and in the Salesforce extension every other field of the org's describe of User that can be written,
// under its API name, and every custom field, read-only where Salesforce
// computes it. m itself stays as it is.
//
// Left out are fields that an attribute of m stands for, fields whose attribute
// the configuration took out of the mapping, fields that are no longer in use,
// and types that would not come back as they were sent: encrypted texts (which
// are read masked), compound fields (their parts are fields of their own) and
// binary data.
//
// The error says what cannot be a describe of User; the caller then has m.
func (m *Mapping) For(fields []Field) (*Mapping, error) {
	switch {
	case len(fields) == 0:
		return nil, errors.New("attribute mapping: the org's describe of User has no fields")
	case len(fields) > maxFields:
		return nil, fmt.Errorf("attribute mapping: the org's describe of User has %d fields; %d are understood at most", len(fields), maxFields)
	}
	static := slices.DeleteFunc(slices.Clone(m.rows), func(r row) bool { return r.described })
	taken := m.taken(static)
	var found []row
	var attributes []any
	for _, f := range fields {
		key := strings.ToLower(f.Name)
		if taken[key] || !f.belongs() {
			continue
		}
		taken[key] = true
		r, ok := f.row()
		if !ok {
			continue
		}
		o, configured := m.pendingOf(f.Name)
		if configured && o.Drop {
			continue
		}
		if configured {
			was := r
			r.Attribute, r.at = o.Attribute, pathOf(o.Attribute)
			if o.apply(&r) != nil {
				r = was // Check tells
			}
		}
		found = append(found, r)
	}
	_ = resolveTemplates(found, slices.Concat(static, found)) // Check tells
	for _, r := range found {
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == r.Fields[0] })
		attributes = append(attributes, r.characterized(fields[i].attribute(r)))
	}
	org := *m
	var err error
	org.user, org.group, err = resourceTypes(static, m.strict, func(prefix string, of []any) []any {
		if prefix == SalesforceURN+":" {
			return append(of, attributes...)
		}
		annotate(prefix, of, static, fields)
		return of
	})
	if err != nil {
		return nil, fmt.Errorf("attribute mapping: the org's fields: %w", err)
	}
	org.rows = slices.Insert(static, beforeCommon(static), found...)
	return &org, nil
}

// pendingOf is the override of a field that only the org's describe tells of.
func (m *Mapping) pendingOf(field string) (Override, bool) {
	i := slices.IndexFunc(m.pending, func(o Override) bool { return strings.EqualFold(o.Field, field) })
	if i < 0 {
		return Override{}, false
	}
	return m.pending[i], true
}

// beforeCommon is where the rows of the org's fields stand: behind all others of
// an extension, before meta.
func beforeCommon(rows []row) int {
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].at.urn != "" {
			return i + 1
		}
	}
	return len(rows)
}

// taken are the fields, in lower case, that are no attributes of their own, and
// the names of the static attributes of the Salesforce extension.
func (m *Mapping) taken(static []row) map[string]bool {
	taken := map[string]bool{"id": true}
	for _, r := range static {
		for _, field := range r.Fields {
			taken[strings.ToLower(field)] = true
		}
		if r.at.urn == SalesforceURN {
			taken[strings.ToLower(r.at.attribute)] = true
		}
	}
	for _, r := range table(m.suffix) {
		if slices.ContainsFunc(static, func(s row) bool { return s.Attribute == r.Attribute }) {
			continue
		}
		for _, field := range r.Fields {
			taken[strings.ToLower(field)] = true
		}
	}
	return taken
}

// belongs says that a field of User that no attribute stands for is one of the
// extension.
func (f Field) belongs() bool {
	return fieldForm.MatchString(f.Name) && !f.Hidden && (f.Createable || f.Updateable || f.Custom)
}

// row is the row of a field under its own name; false for types that are left
// out.
func (f Field) row() (row, bool) {
	r := row{
		Row: Row{
			Attribute: SalesforceURN + ":" + f.Name, Fields: []string{f.Name}, Echo: true,
			ReadOnly: !f.Createable && !f.Updateable, Remark: "the org's own field",
		},
		described: true,
		immutable: f.Createable && !f.Updateable,
		// The hundred switches by which people set up Salesforce for themselves would
		// make every answer five times as long.
		onRequest: !f.Custom && (strings.HasPrefix(f.Name, "UserPreferences") || strings.HasPrefix(f.Name, "EmailPreferences")),
	}
	var kind string
	switch f.Type {
	case "string", "textarea", "email", "phone", "url", "picklist", "combobox":
		r.shape, kind = text{field: f.Name, length: f.Length}, "string"
		r.drifts = f.renames()
	case "time":
		// Salesforce writes 09:30:00.000Z for 09:30Z.
		r.shape, r.drifts = text{field: f.Name}, true
	case "multipicklist":
		r.shape, kind = choices{field: f.Name}, "multipicklist"
		r.drifts = f.renames()
	case "boolean":
		r.shape, kind = checkbox{field: f.Name}, "bool"
		r.Echo = false
	case "int", "long", "double", "currency", "percent":
		r.shape, kind = number{field: f.Name, precision: f.Precision, scale: f.Scale}, "number"
	case "date":
		r.shape, kind, r.drifts = date{field: f.Name}, "date", true
	case "datetime":
		r.shape, kind = moment{field: f.Name}, "datetime"
	case "reference":
		r.shape, kind = record18{field: f.Name}, "id"
	default:
		return row{}, false
	}
	if !f.Nillable || f.Type == "boolean" {
		r.absent = stays
	}
	if r.ReadOnly {
		r.Echo = false
	}
	if f.Filterable && kind != "" {
		r.search = []lookup{{field: f.Name, kind: kind}}
	}
	r.at = pathOf(r.Attribute)
	return r, true
}

// renames says that a picklist takes labels as well, which differ from what it
// holds.
func (f Field) renames() bool {
	if !f.Restricted {
		return false
	}
	for i, l := range f.Labels {
		if i < len(f.Values) && !strings.EqualFold(l, f.Values[i]) {
			return true
		}
	}
	return false
}
