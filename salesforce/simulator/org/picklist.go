package org

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

//go:embed picklists.json
var picklistData []byte

// picklists are the values of the restricted picklists of User, by field.
// unverified: that GMT is a TimeZoneSidKey.
type picklists map[string][]string

func loadPicklists() (picklists, error) {
	var p picklists
	if err := json.Unmarshal(picklistData, &p); err != nil {
		return nil, fmt.Errorf("embedded picklists: %w", err)
	}
	return p, nil
}

// allows reports whether a picklist field takes the value. Only restricted
// picklists refuse any.
func (f *Field) allows(value string) bool {
	if !f.RestrictedPicklist {
		return true
	}
	return slices.ContainsFunc(f.Picklist, func(p PicklistValue) bool { return p.Active && p.Value == value })
}

// appliesHere reports whether a value of a dependent picklist goes with the
// controlling field's value.
// unverified: that a value that does not go with the controlling one is refused in the words of a restricted picklist
func (w *write) appliesHere(f *Field, value string) bool {
	if f.ControllerName == "" || !f.RestrictedPicklist {
		return true
	}
	at, ok := w.t.obj.FieldIndex(f.ControllerName)
	if !ok {
		return true
	}
	controlling := -1
	switch v := w.values[at].(type) {
	case string:
		controlling = slices.IndexFunc(w.t.obj.Fields[at].Picklist, func(p PicklistValue) bool { return p.Value == v })
	case bool:
		controlling = 0 // a checkbox stands for two values, unchecked first
		if v {
			controlling = 1
		}
	}
	return slices.ContainsFunc(f.Picklist, func(p PicklistValue) bool { return p.Value == value && p.appliesTo(controlling) })
}
