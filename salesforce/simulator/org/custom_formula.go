package org

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"scimforce/salesforce/simulator/formula"
)

// formulaTypes are the types that the formula of a custom field may result in.
func formulaTypes() map[string]formula.Type {
	return map[string]formula.Type{
		"string": formula.Text, "boolean": formula.Boolean, "date": formula.Date, "datetime": formula.DateTime,
		"double": formula.Number, "currency": formula.Number, "percent": formula.Number,
	}
}

// calculation is the formula of a field: its text is in the configuration, it is
// parsed once all fields are declared.
type calculation struct {
	text   string
	parsed *formula.Formula
}

// checkFormula says what a formula field cannot be, beside its formula.
func (f CustomField) checkFormula(found *problems) {
	if f.Formula == "" {
		return
	}
	if _, ok := formulaTypes()[f.Type]; !ok && f.Type != "" {
		found.addf(f.line("type"), "custom field %s: a formula results in no %s", f.Name, f.Type)
	}
	if f.Required || f.Unique || f.ExternalID || f.Default != nil {
		found.addf(f.line("formula"), "custom field %s: a formula is neither required nor unique, no external id, and has no default", f.Name)
	}
}

// compileFormulas parses the formulas of an object's fields. A formula over other
// formulas, which a real org allows, is refused.
func compileFormulas(t *table) error {
	plain := func(name string) (formula.Type, bool) {
		if i, ok := t.obj.FieldIndex(name); ok && t.obj.Fields[i].calculation != nil || strings.HasPrefix(name, "$") {
			return 0, false
		}
		return t.formulaType(name)
	}
	for i := range t.obj.Fields {
		f := &t.obj.Fields[i]
		if f.calculation == nil {
			continue
		}
		var err error
		if f.calculation.parsed, err = formula.ParseAs(formulaTypes()[f.Type], f.calculation.text, plain); err != nil {
			return fmt.Errorf("custom field %s: %w", f.Name, err)
		}
	}
	return nil
}

// of is the value of a formula field of a record; null where the formula meets a
// value that it is not made for.
// unverified: what a formula field with an error holds over the API
func (c *calculation) of(r Record, kind string) any {
	value, err := c.parsed.Value(read{r})
	if err != nil {
		return nil
	}
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil
		}
	case time.Time:
		if kind == "date" {
			return v.Format(time.DateOnly)
		}
		return v.UTC().Truncate(time.Second)
	case nil:
		if kind == "boolean" {
			return false
		}
	}
	return value
}

// read is a record as the formula of a field sees it.
type read struct{ r Record }

// Value implements formula.Record.
func (c read) Value(name string) any {
	r := c.r
	path := strings.Split(name, ".")
	for _, parent := range path[:len(path)-1] {
		i, ok := r.t.obj.Relationship(parent)
		if !ok {
			return nil
		}
		id, _ := r.Value(i).(string)
		if r, ok = r.t.s.target(id); !ok {
			return nil
		}
	}
	i, ok := r.t.obj.FieldIndex(path[len(path)-1])
	if !ok {
		return nil
	}
	return formulaValue(&r.t.obj.Fields[i], r.Value(i))
}

// Prior implements formula.Record.
func (c read) Prior(name string) any { return c.Value(name) }

// IsNew implements formula.Record.
func (c read) IsNew() bool { return false }

// Now implements formula.Record.
func (c read) Now() time.Time { return c.r.t.s.clock() }

// chosen brings the values of a multi-select picklist into the picklist's order,
// each once; those that it does not have come behind.
// unverified: the order in which an org gives back what was chosen
func (f *Field) chosen(text string) string {
	var all []string
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part != "" && !slices.Contains(all, part) {
			all = append(all, part)
		}
	}
	place := func(value string) int {
		i := slices.IndexFunc(f.Picklist, func(p PicklistValue) bool { return p.Value == value })
		if i < 0 {
			return len(f.Picklist)
		}
		return i
	}
	slices.SortStableFunc(all, func(a, b string) int { return place(a) - place(b) })
	return strings.Join(all, ";")
}
