package mapping

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is what is wrong between the configuration of the mapping and an org.
type Problem struct {
	// Attribute is the SCIM path, Field the API name of the field of User; one of
	// them may be "".
	Attribute, Field string
	// Text says what is wrong and what to do.
	Text string
}

// String is the problem in one line.
func (p Problem) String() string {
	name := p.Attribute
	if name == "" {
		name = "User." + p.Field
	}
	return name + ": " + p.Text
}

// Check compares what the configuration says with the org's describe of User.
// What the default mapping does without in an org that lacks it is no problem.
func (m *Mapping) Check(fields []Field) []Problem {
	c := &checking{fields: fields}
	static := slices.DeleteFunc(slices.Clone(m.rows), func(r row) bool { return r.described })
	for _, r := range static {
		if r.configured {
			c.row(r)
		}
	}
	all := static
	for _, o := range m.pending {
		f, ok := c.field(o.Attribute, o.Field)
		if !ok {
			continue
		}
		if i := slices.IndexFunc(static, func(r row) bool { return slices.Contains(r.Fields, f.Name) }); i >= 0 {
			c.addf(o.Attribute, f.Name, "the field belongs to %s: configure that one", static[i].Attribute)
			continue
		}
		if o.Drop {
			continue
		}
		r, ok := f.row()
		if !ok {
			c.addf(o.Attribute, f.Name, "fields of type %s do not come back as they are sent, and cannot be mapped", f.Type)
			continue
		}
		r.Attribute, r.at = o.Attribute, pathOf(o.Attribute)
		if err := o.apply(&r); err != nil {
			c.addf(o.Attribute, f.Name, "it %v", err)
			continue
		}
		for _, err := range resolveTemplates([]row{r}, static) {
			c.addf(o.Attribute, f.Name, "%s", strings.TrimPrefix(err.Error(), r.Attribute+" "))
		}
		c.row(r)
		all = append(all, r)
	}
	c.required(all)
	return c.problems
}

type checking struct {
	fields   []Field
	problems []Problem
}

func (c *checking) addf(attribute, field, format string, args ...any) {
	c.problems = append(c.problems, Problem{attribute, field, fmt.Sprintf(format, args...)})
}

// field finds a field, in any case as SOQL does, or tells the nearest.
func (c *checking) field(attribute, name string) (Field, bool) {
	names := make([]string, len(c.fields))
	for i, f := range c.fields {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
		names[i] = f.Name
	}
	c.addf(attribute, name, "the org has no field User.%s, or its user may not see it; the nearest is %s", name, nearest(names, name))
	return Field{}, false
}

// row checks a row that the configuration changed.
func (c *checking) row(r row) {
	for _, name := range r.Fields {
		if strings.Contains(name, ".") {
			continue
		}
		f, ok := c.field(r.Attribute, name)
		if !ok {
			continue
		}
		writes := !r.ReadOnly || r.computed != nil
		if _, isText := r.shape.(text); isText && !f.holdsText() {
			c.addf(r.Attribute, name, "a text cannot go to User.%s, which is of type %s", name, f.Type)
			continue
		}
		switch {
		case !writes:
		case !f.Createable && !f.Updateable:
			c.addf(r.Attribute, name, "nothing can be written to User.%s: make it fromSalesforce, or let the bridge's user edit it", name)
		case !f.Updateable && !r.onlyOnCreate && r.moved == 1:
			c.addf(r.Attribute, name, "User.%s can be written of a new user only: add onlyOnCreate", name)
		}
		if r.computed != nil {
			c.value(r, f, r.computed.value)
		}
		c.value(r, f, r.standard)
	}
}

// value checks a configured value against its field.
func (c *checking) value(r row, f Field, value any) {
	all, ok := value.([]any)
	if !ok {
		all = []any{value}
	}
	for _, one := range all {
		s, ok := one.(string)
		switch {
		case !ok:
		case f.Length > 0 && len([]rune(s)) > f.Length && len(f.Values) == 0:
			c.addf(r.Attribute, f.Name, "%q is longer than the %d characters of User.%s", short(s), f.Length, f.Name)
		case f.Restricted && len(f.Values) > 0 && !slices.ContainsFunc(slices.Concat(f.Values, f.Labels), func(v string) bool { return strings.EqualFold(v, s) }):
			c.addf(r.Attribute, f.Name, "%q is none of the values of User.%s; the nearest is %q", short(s), f.Name, nearest(f.Values, s))
		}
	}
}

// holdsText says that a field takes any text, or one of a picklist.
func (f Field) holdsText() bool {
	switch f.Type {
	case "", "string", "textarea", "email", "phone", "url", "picklist", "combobox":
		return true
	}
	return false
}

// required finds fields of the org's own without which Salesforce makes no user,
// and that nothing fills but the identity provider, if it does.
func (c *checking) required(rows []row) {
	for _, f := range c.fields {
		if !f.Custom || !f.Createable || f.Nillable || f.DefaultedOnCreate || f.Type == "boolean" {
			continue
		}
		filled := slices.ContainsFunc(rows, func(r row) bool {
			return slices.Contains(r.Fields, f.Name) && (r.computed != nil || r.standard != nil || r.moved == 1)
		})
		if !filled {
			c.addf("", f.Name, "Salesforce makes no user without it: give it a constant, a template or a default, or let the identity provider send %s:%s", SalesforceURN, f.Name)
		}
	}
}
