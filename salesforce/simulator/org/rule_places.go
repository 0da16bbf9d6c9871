package org

import (
	"slices"
	"strings"
)

// stateCodeField declares StateCode, whose values depend on CountryCode.
func stateCodeField() Field {
	countries := countryCodes()
	f := pick("StateCode", "State/Province Code", 10, "cunp", nil)
	f.ControllerName = "CountryCode"
	for _, s := range stateCodes() {
		country, state, _ := strings.Cut(s, ":")
		at := slices.IndexFunc(countries, func(c string) bool { return strings.HasPrefix(c, country+"|") })
		valid := make([]byte, (len(countries)+7)/8)
		valid[at/8] |= 0x80 >> (at % 8)
		code, name, _ := strings.Cut(state, "|")
		f.Picklist = append(f.Picklist, PicklistValue{Value: code, Label: name, Active: true, ValidFor: valid})
	}
	return f
}

// stateCodes and countryCodes are a beginning of the standard values; a state's
// country stands before it.
func stateCodes() []string {
	return []string{
		"US:CA|California", "US:IL|Illinois", "US:MA|Massachusetts", "US:NY|New York", "US:TX|Texas", "US:WA|Washington",
		"CA:ON|Ontario", "CA:QC|Quebec", "CA:BC|British Columbia", "AU:NSW|New South Wales", "AU:VIC|Victoria",
		"DE:BY|Bavaria", "DE:BE|Berlin",
	}
}

func countryCodes() []string {
	return []string{
		"US|United States", "CA|Canada", "GB|United Kingdom", "DE|Germany", "FR|France", "IE|Ireland", "IT|Italy",
		"ES|Spain", "NL|Netherlands", "SE|Sweden", "CH|Switzerland", "JP|Japan", "IN|India", "AU|Australia", "BR|Brazil",
	}
}

// checkPlaces keeps codes and names of state and country in step where the org
// has the picklists, and refuses what is none of their values.
func checkPlaces(w *write) Errors {
	if !w.s.cfg.StateCountryPicklists {
		return nil
	}
	w.clearTogether("CountryCode", "Country")
	w.clearTogether("StateCode", "State")
	if errs := w.matchPlace("CountryCode", "Country", "country", "country/territory", "countries"); errs != nil {
		return errs
	}
	state := w.get("State") != nil || w.get("StateCode") != nil
	if state && w.get("CountryCode") == nil && (w.changed("State") || w.changed("StateCode") || w.changed("CountryCode")) {
		return one(400, "FIELD_INTEGRITY_EXCEPTION",
			"A country/territory must be specified before specifying a state value for field: State/Province", "State")
	}
	return w.matchPlace("StateCode", "State", "state", "state", "states")
}

// clearTogether takes the name away with its code, and the code with its name.
func (w *write) clearTogether(code, name string) {
	gone := func(field string) bool { return w.given[w.index(field)] && w.get(field) == nil }
	if gone(code) && !w.given[w.index(name)] {
		w.set(name, nil)
	}
	if gone(name) && !w.given[w.index(code)] {
		w.set(code, nil)
	}
}

// matchPlace sets the name to a given code, or the code to a given name, which
// may also be the code itself.
// unverified: the sentences about a state or country that is not in the list
func (w *write) matchPlace(code, name, word, pickWord, plural string) Errors {
	codes := &w.t.obj.Fields[w.index(code)]
	find := func(is func(PicklistValue) bool) (PicklistValue, bool) {
		i := slices.IndexFunc(codes.Picklist, func(p PicklistValue) bool { return is(p) && w.appliesHere(codes, p.Value) })
		if i < 0 {
			return PicklistValue{}, false
		}
		return codes.Picklist[i], true
	}
	refused := one(400, "FIELD_INTEGRITY_EXCEPTION", "There's a problem with this "+word+", even though it may appear correct. "+
		"Please select a "+pickWord+" from the list of valid "+plural+".", name)
	switch {
	case w.get(code) != nil && (w.given[w.index(code)] || !w.given[w.index(name)]):
		p, ok := find(func(p PicklistValue) bool { return p.Value == w.text(code) })
		if !ok {
			return refused // such as the state that stays behind when the country changes
		}
		w.set(name, p.Label)
	case w.given[w.index(name)] && w.get(name) != nil:
		text := w.text(name)
		p, ok := find(func(p PicklistValue) bool { return strings.EqualFold(p.Label, text) || p.Value == text })
		if !ok {
			return refused
		}
		w.set(code, p.Value)
		w.set(name, p.Label)
	}
	return nil
}
