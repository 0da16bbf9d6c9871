package org

import "strings"

// Object declares one sObject type.
type Object struct {
	Name, Label, LabelPlural string
	KeyPrefix                string // first three characters of every id
	Createable, Updateable   bool
	Deletable, Queryable     bool
	Custom                   bool
	// Setup marks an object that decides who may see what. A transaction that
	// writes one cannot write one that is not.
	Setup bool
	// Replicateable objects answer updated and deleted; Undeletable ones keep
	// their deleted records for queryAll.
	Replicateable, Undeletable bool
	// The describe properties that only few objects here have.
	Searchable, Triggerable, Layoutable, FeedEnabled, MruEnabled bool
	Fields                                                       []Field
	ChildRelationships                                           []ChildRelationship

	rules rules
	needs needs
	// Indexes of the fields that give permissions, that take a feature licence,
	// and whose values are unique.
	grants, features, unique []int
	byName                   map[string]int // lower-cased field API name -> index in Fields
	table                    *table
	byRel                    map[string]int // lower-cased relationship name -> index of its reference field
}

// Field declares one field, in the words of the REST describe.
type Field struct {
	Name, Label string
	Type        string // describe type: id, string, email, phone, boolean, picklist, multipicklist, reference, datetime, date, int, double, currency, percent, textarea, url, address
	SoapType    string
	Length      int // characters; 0 where the type has none

	Createable, Updateable, Nillable, DefaultedOnCreate bool
	Filterable, Sortable, Groupable                     bool
	IDLookup, NameField, RestrictedPicklist             bool
	Custom, Unique, CaseSensitive, ExternalID           bool
	Aggregatable, Permissionable, Calculated            bool

	// Digits are those of an int; Precision and Scale those of a double.
	Digits, Precision, Scale int
	ExtraTypeInfo            string // "plaintextarea", "personname"; "" = null
	CompoundFieldName        string // of a part of a compound field; "" = null
	ControllerName           string // the field that decides which picklist values apply; "" = none
	InlineHelpText           string // "" = null

	Picklist         []PicklistValue
	ReferenceTo      []string
	RelationshipName string // "" = null: the reference cannot be walked in SOQL
	Default          any    // value of a record that says nothing; nil = null

	indexed     bool
	derive      func(r Record) any // computed at reading, never stored
	calculation *calculation       // the formula that derive evaluates; nil of other fields
	feature     string             // the feature licence of which a true value takes a seat
	grants      permission         // what a record with a true value gives whom it is assigned to
	seenBy      permission         // any of them is needed to see the field; 0 = everybody does
	setBy       permission         // any of them is needed to write it; 0 = whoever may write the record
}

// PicklistValue is one entry of a picklist field.
type PicklistValue struct {
	Value, Label         string
	Active, DefaultValue bool
	// ValidFor says for which values of the controlling field the entry
	// applies: bit i, counted from the highest bit of the first byte, stands for
	// the value with that index. nil: for all.
	ValidFor []byte
}

// appliesTo reports whether the entry goes with a controlling value, by its
// index; a negative one stands for no value.
func (p PicklistValue) appliesTo(controlling int) bool {
	if p.ValidFor == nil {
		return true
	}
	return controlling >= 0 && controlling/8 < len(p.ValidFor) && p.ValidFor[controlling/8]&(0x80>>(controlling%8)) != 0
}

// ChildRelationship names the records that point at an object.
type ChildRelationship struct {
	ChildObject, Field string
	Name               string // "" where the relationship cannot be used in a subquery
	CascadeDelete      bool
	RestrictedDelete   bool
}

// FieldIndex finds a field by API name in any spelling of case; the index is
// one into Fields.
func (t *Object) FieldIndex(name string) (int, bool) {
	if i, ok := t.byName[name]; ok {
		return i, true
	}
	i, ok := t.byName[strings.ToLower(name)]
	return i, ok
}

// Relationship finds the reference field behind a parent relationship name
// ("Profile" for ProfileId), in any spelling of case.
func (t *Object) Relationship(name string) (int, bool) {
	i, ok := t.byRel[strings.ToLower(name)]
	return i, ok
}

// Child finds a child relationship by its name, in any spelling of case.
func (t *Object) Child(name string) (ChildRelationship, bool) {
	for _, c := range t.ChildRelationships {
		if c.Name != "" && strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return ChildRelationship{}, false
}
