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
