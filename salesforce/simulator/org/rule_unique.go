package org

import "fmt"

// duplicateValue is recorded in both forms: where the other record or the field
// cannot be seen, "<unknown>" stands for them.
func duplicateValue(field, otherID string, visible bool) Errors {
	if !visible {
		field, otherID = "<unknown>", "<unknown>"
	}
	// unverified: that DUPLICATE_VALUE of a unique field lists no fields
	return one(400, "DUPLICATE_VALUE", fmt.Sprintf("duplicate value found: %s duplicates value on record with id: %s", field, id15(otherID)))
}

// hiddenDuplicate is the form for records that only the server tells apart.
func hiddenDuplicate() Errors { return duplicateValue("", "", false) }

// checkUnique refuses a value that a unique field has on another record.
func (w *write) checkUnique() Errors {
	for _, i := range w.t.obj.unique {
		f := &w.t.obj.Fields[i]
		text, ok := w.values[i].(string)
		if !ok || !w.changed(f.Name) {
			continue
		}
		for _, other := range w.t.find(f.Name, text) {
			if other.ID() != w.id && (!f.CaseSensitive || other.stored(i) == text) {
				return duplicateValue(f.Name, other.ID(), w.access.may(internalUser) && w.access.may(f.seenBy))
			}
		}
	}
	return nil
}
