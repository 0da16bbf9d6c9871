package org

import (
	"fmt"
	"strings"
	"time"

	"scimforce/salesforce/simulator/formula"
)

// ValidationRule is a condition that an org sets on its users: a record for
// which the formula is true is refused with the message.
type ValidationRule struct {
	Name    string
	Formula string // true = refuse, in the language of package formula
	Message string
	Field   string // the field the message is shown at; "" = the whole record
	Active  bool
}

// validation is a rule ready for use.
type validation struct {
	rule    ValidationRule
	formula *formula.Formula
}

// compileValidations parses the active rules on an object.
func compileValidations(t *table, configured []ValidationRule) ([]validation, error) {
	var ready []validation
	for _, rule := range configured {
		if rule.Field != "" {
			i, ok := t.obj.FieldIndex(rule.Field)
			if !ok {
				return nil, fmt.Errorf("validation rule %s: %s has no field %q", rule.Name, t.obj.Name, rule.Field)
			}
			rule.Field = t.obj.Fields[i].Name
		}
		parsed, err := formula.Parse(rule.Formula, t.formulaType)
		if err != nil {
			return nil, fmt.Errorf("validation rule %s: %w", rule.Name, err)
		}
		if rule.Active {
			ready = append(ready, validation{rule, parsed})
		}
	}
	return ready, nil
}

// checkValidationRules refuses what the org's own rules refuse, all of them at
// once. A rule is asked of every write, whatever it changes.
func (w *write) checkValidationRules() Errors {
	if w.t != w.s.users() {
		return nil
	}
	var errs Errors
	for _, v := range w.s.validations {
		refused, err := v.formula.True(judged{w})
		switch {
		case err != nil:
			// unverified: the answer when a validation formula meets a value that it is not made for
			return one(400, "FORMULA_EXPRESSION_INVALID", "The validation formula \""+v.rule.Name+"\" is invalid: "+err.Error())
		case refused && v.rule.Field != "":
			errs = append(errs, one(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", v.rule.Message, v.rule.Field)...)
		case refused:
			errs = append(errs, one(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", v.rule.Message)...)
		}
	}
	return errs
}

// running gives the references that a name with a dollar begins at: the records
// of the user who writes.
func (t *table) running(name string) (first *table, rest string, ok bool) {
	head, rest, _ := strings.Cut(name, ".")
	switch strings.ToLower(head) {
	case "$user":
		return t.s.users(), rest, true
	case "$profile":
		return t.s.users(), "Profile." + rest, true
	case "$userrole":
		return t.s.users(), "UserRole." + rest, true
	}
	return nil, "", false
}

// formulaType is the type of a field in formulas, by its name or path.
func (t *table) formulaType(name string) (formula.Type, bool) {
	if first, rest, ok := t.running(name); ok {
		t, name = first, rest
	}
	for hops := 0; ; hops++ {
		head, rest, further := strings.Cut(name, ".")
		if !further {
			break
		}
		i, ok := t.obj.Relationship(head)
		if !ok || hops == 10 {
			return 0, false
		}
		// The first object that the reference can point at and the org has.
		var next *table
		for _, target := range t.obj.Fields[i].ReferenceTo {
			if next = t.s.table(target); next != nil {
				break
			}
		}
		if next == nil {
			return 0, false
		}
		t, name = next, rest
	}
	i, ok := t.obj.FieldIndex(name)
	if !ok {
		return 0, false
	}
	switch t.obj.Fields[i].Type {
	case "boolean":
		return formula.Boolean, true
	case "int", "double", "currency", "percent":
		return formula.Number, true
	case "date":
		return formula.Date, true
	case "datetime":
		return formula.DateTime, true
	case "picklist":
		return formula.Picklist, true
	case "multipicklist":
		return formula.MultiPicklist, true
	case "address":
		return 0, false
	}
	return formula.Text, true
}

// judged is a write as a formula sees it.
type judged struct{ w *write }

// Value implements formula.Record.
func (j judged) Value(name string) any {
	w := j.w
	t, r := w.t, Record{}
	if first, rest, ok := t.running(name); ok {
		id := w.actor.UserID
		if w.access != nil {
			id = w.access.userID
		}
		if r, ok = first.get(id); !ok {
			return nil
		}
		name = rest
	} else if head, rest, further := strings.Cut(name, "."); further {
		i, _ := t.obj.Relationship(head)
		id, _ := w.values[i].(string)
		if r, ok = w.s.target(id); !ok {
			return nil
		}
		name = rest
	} else {
		i := w.index(name)
		if f := &t.obj.Fields[i]; f.derive != nil || i == 0 {
			return formulaValue(f, w.old.orNil(i))
		}
		return formulaValue(&t.obj.Fields[i], w.values[i])
	}
	for {
		head, rest, further := strings.Cut(name, ".")
		if !further {
			break
		}
		i, _ := r.t.obj.Relationship(head)
		id, _ := r.Value(i).(string)
		var ok bool
		if r, ok = w.s.target(id); !ok {
			return nil
		}
		name = rest
	}
	i, ok := r.t.obj.FieldIndex(name)
	if !ok {
		return nil
	}
	return formulaValue(&r.t.obj.Fields[i], r.Value(i))
}

// Prior implements formula.Record.
func (j judged) Prior(name string) any {
	if j.w.inserting() {
		return j.Value(name)
	}
	i := j.w.index(name)
	return formulaValue(&j.w.t.obj.Fields[i], j.w.old.Value(i))
}

// IsNew implements formula.Record.
func (j judged) IsNew() bool { return j.w.inserting() }

// Now implements formula.Record.
func (j judged) Now() time.Time { return j.w.s.clock() }

// orNil is a field's value, nil of no record.
func (r Record) orNil(field int) any {
	if r.r == nil {
		return nil
	}
	return r.Value(field)
}

// formulaValue is a stored value as formulas know it.
func formulaValue(f *Field, v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case string:
		if f.Type == "date" {
			d, err := time.Parse(time.DateOnly, v)
			if err != nil {
				return nil
			}
			return d
		}
	}
	return v
}
