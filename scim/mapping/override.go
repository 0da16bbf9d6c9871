package mapping

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Override changes what becomes of one attribute. At least one of its fields
// beside Attribute is set.
type Override struct {
	// Attribute is a SCIM path as Row.Attribute spells it, in any case; the URN of
	// the enterprise extension may be left out. One of the Salesforce extension
	// that the mapping does not have is added to it, for Field. Without an
	// attribute it is the one that stands for Field.
	Attribute string
	// Field is the API name of the field of User that the attribute goes to; ""
	// leaves it where it goes.
	Field string
	// Drop takes the attribute out of the mapping and out of the schema.
	Drop bool
	// Direction is that of the values.
	Direction Direction
	// OnlyOnCreate writes the value of a new user and leaves the field from then on.
	OnlyOnCreate bool
	// Constant is what the field always holds, Template what it is made of: a text
	// with attributes in braces, "{name.givenName} {name.familyName}". Both are
	// written whenever they differ, and an IdP cannot write the attribute. Default
	// is written where the IdP has no value. One of the three at most.
	Constant, Template, Default string
}

// Direction says which way the values of an attribute go.
type Direction string

// The directions of an Override.
const (
	BothWays       Direction = ""
	ToSalesforce   Direction = "toSalesforce"   // written and never shown
	FromSalesforce Direction = "fromSalesforce" // shown and never written
)

// fieldName is the form of the API name of a field.
var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,79}$`)

// override applies the configured exceptions to the rows. Those that speak of
// fields that the mapping does not know are left for the org's describe.
func override(rows []row, overrides []Override) (changed []row, pending []Override, problems []error) {
	seen := make(map[string]bool)
	for _, o := range overrides {
		i := slices.IndexFunc(rows, o.means)
		name := cmp.Or(o.Attribute, o.Field)
		if i >= 0 {
			name = rows[i].Attribute
		} else if p, ok := o.ofOrg(); ok {
			o, name = p, p.Attribute
		}
		key := strings.ToLower(name)
		switch {
		case seen[key] || seen[strings.ToLower(o.Attribute)] && o.Attribute != "":
			problems = append(problems, fmt.Errorf("%s is mapped twice: keep one of the two", name))
			continue
		case i < 0 && !strings.HasPrefix(name, SalesforceURN+":"):
			problems = append(problems, fmt.Errorf("%q is no attribute of the mapping; the nearest is %s", o.Attribute, nearest(attributesOf(rows), o.Attribute)))
			continue
		}
		seen[key] = true
		seen[strings.ToLower(o.Attribute)] = true
		if i < 0 {
			if err := o.check(); err != nil {
				problems = append(problems, fmt.Errorf("%s %w", name, err))
			}
			pending = append(pending, o)
			continue
		}
		if o.Drop {
			if err := o.drops(rows[i]); err != nil {
				problems = append(problems, fmt.Errorf("%s %w", name, err))
				continue
			}
			rows = slices.Delete(rows, i, i+1)
			continue
		}
		if err := o.apply(&rows[i]); err != nil {
			problems = append(problems, fmt.Errorf("%s %w", name, err))
		}
	}
	rows = followed(rows)
	problems = append(problems, resolveTemplates(rows, rows)...)
	return rows, pending, append(problems, clashes(rows)...)
}

// means tells whether the override is of a row.
func (o Override) means(r row) bool {
	if o.Attribute != "" {
		return r.named(o.Attribute)
	}
	return len(r.Fields) == 1 && strings.EqualFold(r.Fields[0], o.Field) && !strings.HasPrefix(r.Attribute, "meta.")
}

// ofOrg is an override of an attribute of the Salesforce extension, with its full
// name and its field.
func (o Override) ofOrg() (Override, bool) {
	name := o.Attribute
	if name == "" || strings.HasSuffix(name, "__c") && fieldName.MatchString(name) {
		name = SalesforceURN + ":" + cmp.Or(name, o.Field)
	}
	if len(name) <= len(SalesforceURN) || !strings.EqualFold(name[:len(SalesforceURN)+1], SalesforceURN+":") {
		return o, false
	}
	own := name[len(SalesforceURN)+1:]
	o.Attribute, o.Field = SalesforceURN+":"+own, cmp.Or(o.Field, own)
	return o, true
}

// check finds what is wrong with an override, whatever its attribute.
func (o Override) check() error {
	var made []string
	for name, value := range map[string]string{"constant": o.Constant, "template": o.Template, "default": o.Default} {
		if value != "" {
			made = append(made, name)
		}
	}
	own := o.Attribute[strings.LastIndexByte(o.Attribute, ':')+1:]
	switch {
	case len(made) > 1:
		slices.Sort(made)
		return fmt.Errorf("has a %s: keep one of them", strings.Join(made, " and a "))
	case o.Direction != BothWays && o.Direction != ToSalesforce && o.Direction != FromSalesforce:
		return fmt.Errorf("cannot go in the direction %q: write %s or %s, or leave it out", o.Direction, ToSalesforce, FromSalesforce)
	case o.Direction == FromSalesforce && (len(made) > 0 || o.OnlyOnCreate):
		return errors.New("goes from Salesforce only, so that nothing can be written there")
	case o.OnlyOnCreate && o.Direction == ToSalesforce:
		return errors.New("is written of a new user only; without being shown it would be no more than that once: leave the direction out")
	case o.Field != "" && !fieldName.MatchString(o.Field):
		return fmt.Errorf("cannot go to %q, which is no field name", o.Field)
	case strings.HasPrefix(o.Attribute, SalesforceURN+":") && !fieldName.MatchString(own):
		return fmt.Errorf("cannot be an attribute: %q is no name of one", own)
	}
	return nil
}

func (o Override) drops(r row) error {
	switch {
	case r.ReadOnly:
		return errors.New("is read-only and cannot be mapped to another field")
	case r.essential:
		return errors.New("cannot be taken out of the mapping: a user of Salesforce needs it")
	}
	return nil
}

// apply changes a row, of the table or of the org's describe.
func (o Override) apply(r *row) error {
	if err := o.check(); err != nil {
		return err
	}
	if r.ReadOnly {
		return errors.New("is read-only and cannot be mapped to another field")
	}
	if o.Field != "" && !r.described && !(len(r.Fields) == 1 && r.Fields[0] == o.Field) {
		if err := o.move(r); err != nil {
			return err
		}
	}
	_, isText := r.shape.(text)
	single := isText || r.described
	switch {
	case o.Direction != BothWays && r.essential, o.OnlyOnCreate && r.Attribute == "active":
		return errors.New("goes both ways: a user of Salesforce needs it")
	case o.Direction == ToSalesforce && !single, (o.Constant != "" || o.Default != "") && !single:
		return errors.New("cannot be changed so: only attributes with one value can")
	case o.Template != "" && !isText:
		return errors.New("cannot have a template: it is no text")
	case (o.Constant != "" || o.Template != "") && r.essential:
		return errors.New("is the identity provider's: a user of Salesforce needs it")
	}
	r.onlyOnCreate = o.OnlyOnCreate
	var said []string
	switch o.Direction {
	case ToSalesforce:
		// What is not shown is not found by a filter either.
		r.hidden, r.Echo, r.search = true, false, nil
		said = append(said, "written and never shown")
	case FromSalesforce:
		r.ReadOnly, r.Echo = true, false
		said = append(said, "shown and never written")
	}
	if o.OnlyOnCreate {
		said = append(said, "written of a new user only")
	}
	switch {
	case o.Constant != "":
		value, err := r.literal(o.Constant)
		if err != nil {
			return err
		}
		r.ReadOnly, r.computed = true, &computed{value: value}
		said = append(said, fmt.Sprintf("always %q", o.Constant))
	case o.Template != "":
		c, err := readTemplate(o.Template)
		if err != nil {
			return err
		}
		r.ReadOnly, r.computed = true, c
		said = append(said, fmt.Sprintf("made of %q", o.Template))
	case o.Default != "":
		value, err := r.literal(o.Default)
		if err != nil {
			return err
		}
		r.standard = value
		said = append(said, fmt.Sprintf("%q where there is none", o.Default))
	}
	if len(said) > 0 {
		r.Remark = strings.Join(said, "; ")
	}
	r.configured = true
	return nil
}

// move sends the attribute to another field.
func (o Override) move(r *row) error {
	t, isText := r.shape.(text)
	if !isText || r.absent != cleared {
		return errors.New("cannot go to another field: only attributes with one text value that Salesforce does not require can")
	}
	// A field of the org's own takes the whole meaning of the attribute: what stood
	// in for it, and the table's length, are of no use there.
	t.field, t.fallback, t.length = o.Field, "", 0
	r.shape, r.Fields = t, []string{o.Field}
	r.search = []lookup{{field: o.Field, kind: "string"}}
	r.moved = 1
	r.drifts = true // an org may lack the field, or spell its values otherwise
	r.Remark = "mapped by the configuration"
	return nil
}

// clashes finds fields that two attributes would write.
func clashes(rows []row) []error {
	var problems []error
	owner := make(map[string]string)
	for _, name := range []string{
		"Id", "Name", "Alias", "EmailEncodingKey", "UserType", "CreatedDate", "LastModifiedDate", "SystemModstamp",
	} {
		owner[strings.ToLower(name)] = "scimforce itself"
	}
	// The table's own rows come first: it is the configured one that is in the way.
	ordered := slices.Clone(rows)
	slices.SortStableFunc(ordered, func(a, b row) int { return cmp.Compare(a.moved, b.moved) })
	for _, r := range ordered {
		if t, ok := r.shape.(text); r.ReadOnly && r.computed == nil || r.convenience || (ok && t.field == "") {
			continue
		}
		for _, name := range r.Fields {
			key := strings.ToLower(name)
			if other, taken := owner[key]; taken {
				problems = append(problems, fmt.Errorf("%s cannot go to %s, which belongs to %s", r.Attribute, name, other))
				continue
			}
			owner[key] = r.Attribute
		}
	}
	return problems
}

func attributesOf(rows []row) []string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Attribute
	}
	return names
}
