package query

import (
	"time"

	"scimforce/salesforce/simulator/org"
)

// value is a resolved expression: what it takes of a record.
type value struct {
	path path
	def  *org.Field    // the field, or what a function makes of it
	fn   func(any) any // nil: the field as it is
	text string        // as written
}

func (x *value) read(v *org.View, r org.Record) any {
	have := x.path.read(v, r)
	if x.fn == nil || have == nil {
		return have
	}
	return x.fn(have)
}

// same reports whether two expressions mean the same.
func (x *value) same(other *value) bool {
	return x.path.same(&other.path) && (x.fn == nil) == (other.fn == nil) && x.def.Name == other.def.Name
}

// value resolves an expression that is no aggregate.
func (sc scope) value(e expression) (value, *Error) {
	switch {
	case e.function == "":
		p, err := sc.resolve(e.path)
		return value{path: p, def: p.def, text: e.path.text}, err
	case e.function == "TOLABEL":
		return sc.label(e)
	case e.function == "FORMAT":
		// unverified: a real org formats numbers and dates for the user's locale; here the value stays as it is
		x, err := sc.value(*e.argument)
		x.text = e.text()
		return x, err
	case e.argument != nil && dateFunctions(e.function) != nil:
		return sc.dateFunction(e)
	}
	return value{}, sc.src.at(e.path.offset+len(e.path.text)-1, "MALFORMED_QUERY", "unexpected token: '('")
}

// label is toLabel(field): the label of a picklist value, anything else as it
// is.
func (sc scope) label(e expression) (value, *Error) {
	x, err := sc.value(*e.argument)
	if err != nil {
		return x, err
	}
	x.text = e.text()
	if len(x.def.Picklist) == 0 {
		return x, nil
	}
	labels := make(map[string]string, len(x.def.Picklist))
	for _, v := range x.def.Picklist {
		labels[v.Value] = v.Label
	}
	def := *x.def
	def.Name, def.Type = "toLabel("+def.Name+")", "string"
	x.def = &def
	x.fn = func(have any) any {
		s, _ := have.(string)
		if label, ok := labels[s]; ok {
			return label
		}
		return have
	}
	return x, nil
}

// dateFunction is CALENDAR_YEAR(field) and its like. A datetime is taken in UTC,
// as documented, unless convertTimezone() stands around the field.
func (sc scope) dateFunction(e expression) (value, *Error) {
	field, zone := *e.argument, time.UTC
	converted := field.function == "CONVERTTIMEZONE"
	if converted {
		field, zone = *field.argument, sc.calendar().zone
	}
	if field.function != "" {
		return value{}, sc.src.at(field.path.offset+len(field.path.text)-1, "MALFORMED_QUERY", "unexpected token: '('")
	}
	x, err := sc.value(field)
	if err != nil {
		return x, err
	}
	timed := e.function == "DAY_ONLY" || e.function == "HOUR_IN_DAY" || converted
	if x.def.Type != "datetime" && (timed || x.def.Type != "date") {
		// unverified: the words for a date function of a field that is no date
		return x, sc.src.at(e.path.offset, "INVALID_FIELD", "field '%s' can not be used in the function %s", x.def.Name, e.function)
	}
	def := org.Field{Name: e.function + "(" + x.def.Name + ")", Type: "int", Filterable: x.def.Filterable, Groupable: true, Sortable: true}
	if converted {
		def.Name = e.function + "(convertTimezone(" + x.def.Name + "))"
	}
	if e.function == "DAY_ONLY" {
		def.Type = "date"
	}
	reckon, c := dateFunctions(e.function), calendar{zone: zone}
	if e.function == "FISCAL_YEAR" || e.function == "FISCAL_QUARTER" || e.function == "FISCAL_MONTH" {
		c = sc.calendar()
	}
	x.def, x.text = &def, e.text()
	x.fn = func(have any) any {
		t, ok := have.(time.Time)
		if !ok {
			return nil
		}
		return reckon(c, t.In(zone))
	}
	return x, nil
}
