package org

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// CustomField is a field of User that an administrator makes.
type CustomField struct {
	Name       string // API name, ending in __c
	Label      string // default the Name without __c, its underscores spaces
	Type       string // one of CustomFieldTypes; default "string"
	Length     int    // characters of a string or textarea; default 255
	Required   bool   // no user without a value, through the API too
	Unique     bool   // no two users with one value
	ExternalID bool   // an upsert can find a user by it
	// CaseSensitive makes a unique value differ from another by case alone.
	CaseSensitive bool
	Default       any // string, bool, float64; default none

	// Of a picklist: its values, whether the API may write others, and the
	// picklist or checkbox of User that decides which apply.
	Values       []CustomValue
	Unrestricted bool
	Controller   string

	Decimals int    // of a double, currency or percent: digits behind the point, of 18
	Formula  string // computes the field, which nobody can write then
	Help     string // inlineHelpText
	spot
}

// CustomValue is one value of a custom picklist.
type CustomValue struct {
	Value string
	Label string   // default the Value
	For   []string // the values of the controlling field it goes with; empty: all
}

// CustomFieldTypes are the types a custom field can have, in the words of
// describe. A reference leads to another user: a hierarchy field.
func CustomFieldTypes() []string {
	return []string{
		"string", "textarea", "boolean", "picklist", "multipicklist", "email", "phone", "url", "double", "currency", "percent",
		"date", "datetime", "reference",
	}
}

var customFieldShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*__c$`)

// checkFields says what is wrong with the custom fields and validation rules.
func (c Config) checkFields(found *problems) {
	seen := &register{found, "custom field", "customFields", map[string]bool{}}
	for _, f := range c.CustomFields {
		seen.add(f.spot, f.Name)
		if f.Name != "" && (!customFieldShape.MatchString(f.Name) || len(f.Name) > 43) {
			found.addf(f.line("name"), "custom field %q: write a name of up to 40 letters, digits and single underscores, then __c", f.Name)
		}
		if f.Type != "" && !slices.Contains(CustomFieldTypes(), f.Type) {
			found.addf(f.line("type"), "custom field %s: type %q is none: write one of %s", f.Name, f.Type, strings.Join(CustomFieldTypes(), ", "))
		}
		if f.Length < 0 || f.Length > 131_072 {
			found.addf(f.line("length"), "custom field %s: length %d: write 1 to 131072, or nothing for 255", f.Name, f.Length)
		}
		if f.Decimals < 0 || f.Decimals > 17 {
			found.addf(f.line("decimals"), "custom field %s: decimals %d: write 0 to 17", f.Name, f.Decimals)
		}
		f.checkFormula(found)
		if (f.Type == "picklist" || f.Type == "multipicklist") != (len(f.Values) > 0) {
			found.addf(f.line("values"), "custom field %s: a picklist has values, another type has none", f.Name)
		}
		if f.Type == "reference" && (f.Required || f.Unique || f.ExternalID || f.Default != nil) {
			found.addf(f.line("type"), "custom field %s: a reference is neither required nor unique, no external id, and has no default", f.Name)
		}
		c.checkController(found, f)
	}
	rules := &register{found, "validation rule", "validationRules", map[string]bool{}}
	for _, r := range c.ValidationRules {
		rules.add(spot{}, r.Name)
	}
}

// checkController looks at what a dependent picklist depends on, as far as it
// is a custom field.
func (c Config) checkController(found *problems, f CustomField) {
	depends := slices.ContainsFunc(f.Values, func(v CustomValue) bool { return len(v.For) > 0 })
	if f.Controller == "" {
		if depends {
			found.addf(f.line("values"), "custom field %s: its values say for what they are: write controller: FIELD", f.Name)
		}
		return
	}
	if f.Type != "picklist" {
		found.addf(f.line("controller"), "custom field %s: only a picklist has a controller: leave it out", f.Name)
	}
	if !strings.HasSuffix(f.Controller, "__c") {
		return
	}
	at := slices.IndexFunc(c.CustomFields, func(other CustomField) bool { return strings.EqualFold(other.Name, f.Controller) })
	if at < 0 || c.CustomFields[at].Type != "picklist" && c.CustomFields[at].Type != "boolean" || strings.EqualFold(f.Controller, f.Name) {
		found.addf(f.line("controller"), "custom field %s: controller %q is no custom picklist or checkbox: add it to customFields", f.Name, f.Controller)
		return
	}
	for _, v := range f.Values {
		for _, want := range v.For {
			if c.CustomFields[at].valueIndex(want) < 0 {
				found.addf(f.line("values"), "custom field %s: value %q is for %q, which %s does not have", f.Name, v.Value, want, f.Controller)
			}
		}
	}
}

// valueIndex is the place of a value among those of a controlling field: a
// checkbox has false, then true.
func (f CustomField) valueIndex(value string) int {
	if f.Type == "boolean" {
		return slices.Index([]string{"false", "true"}, strings.ToLower(value))
	}
	return slices.IndexFunc(f.Values, func(v CustomValue) bool { return v.Value == value })
}

// customFields declares the custom fields of User.
func customFields(cfg Config) []Field {
	var fields []Field
	for _, c := range cfg.CustomFields {
		fields = append(fields, c.declared(cfg))
	}
	return fields
}

func (c CustomField) declared(cfg Config) Field {
	flags := "cufs"
	for flag, on := range map[string]bool{"n": !c.Required, "x": c.Unique, "C": c.Unique && c.CaseSensitive, "e": c.ExternalID, "i": c.Unique || c.ExternalID, "l": c.ExternalID || c.Unique} {
		if on {
			flags += flag
		}
	}
	label, kind, length := c.Label, c.Type, c.Length
	if label == "" {
		label = strings.ReplaceAll(strings.TrimSuffix(c.Name, "__c"), "_", " ")
	}
	if kind == "" {
		kind = "string"
	}
	switch kind {
	case "string", "textarea", "picklist", "url":
		flags += "g"
		if length == 0 {
			length = 255
		}
	case "email":
		flags, length = flags+"g", 80
	case "phone":
		flags, length = flags+"g", 40
	case "multipicklist":
		flags, length = strings.ReplaceAll(flags, "s", ""), 4099
	}
	if c.Formula != "" {
		length = map[string]int{"string": 1300}[kind] // unverified: that describe gives a text formula 1,300 characters
		flags = strings.NewReplacer("c", "", "u", "", "g", "").Replace(flags)
	}
	f := fld(c.Name, label, kind, length, flags)
	switch kind {
	case "boolean":
		if c.Formula == "" {
			f = flagField(c.Name, label, false, "cus")
		}
	case "reference":
		f = ref(c.Name, label, strings.TrimSuffix(c.Name, "c")+"r", flags, "User")
	}
	f.Custom, f.InlineHelpText = true, c.Help
	f.ExternalID = c.ExternalID
	if f.Precision == 0 && (kind == "double" || kind == "currency" || kind == "percent") {
		f.Precision, f.Scale = 18, c.Decimals
	}
	if c.Formula != "" {
		f.Calculated, f.calculation = true, &calculation{text: c.Formula}
		calculation, kind := f.calculation, kind
		f = derived(f, func(r Record) any { return calculation.of(r, kind) })
	}
	if c.Default != nil {
		f.Default, f.DefaultedOnCreate = c.Default, true
	}
	f.RestrictedPicklist = len(c.Values) > 0 && !c.Unrestricted
	f.ControllerName = c.Controller
	for _, v := range c.Values {
		title := v.Label
		if title == "" {
			title = v.Value
		}
		f.Picklist = append(f.Picklist, PicklistValue{
			Value: v.Value, Label: title, Active: true, DefaultValue: c.Default == v.Value, ValidFor: c.validFor(cfg, v),
		})
	}
	return f
}

// validFor is the bit set by which describe says for which controlling values a
// value applies.
func (c CustomField) validFor(cfg Config, v CustomValue) []byte {
	if c.Controller == "" || len(v.For) == 0 {
		return nil
	}
	controlling := CustomField{}
	for _, other := range cfg.CustomFields {
		if strings.EqualFold(other.Name, c.Controller) {
			controlling = other
		}
	}
	bits := make([]byte, (max(len(controlling.Values), 2)+7)/8)
	for _, want := range v.For {
		if n := controlling.valueIndex(want); n >= 0 {
			bits[n/8] |= 0x80 >> (n % 8)
		}
	}
	return bits
}

// plausible is a value of a required custom field for the i-th person.
func (c CustomField) plausible(i int, now any) any {
	switch {
	case !c.Required || c.Default != nil:
		return c.Default
	case len(c.Values) > 0:
		for n := range c.Values { // one that applies whatever the controlling field says
			if v := c.Values[(i+n)%len(c.Values)]; len(v.For) == 0 {
				return v.Value
			}
		}
		return c.Values[0].Value
	}
	switch c.Type {
	case "boolean":
		return false
	case "double", "currency", "percent":
		return float64(i)
	case "date":
		return "2020-01-01"
	case "datetime":
		return now
	case "email":
		return fmt.Sprintf("person%d@acme.example", i)
	case "url":
		return fmt.Sprintf("https://acme.example/%d", i)
	case "phone":
		return fmt.Sprintf("+1 415 555 %04d", i)
	}
	text := fmt.Sprintf("P%07d", i)
	if c.Length > 0 && len(text) > c.Length {
		text = text[len(text)-c.Length:]
	}
	return text
}
