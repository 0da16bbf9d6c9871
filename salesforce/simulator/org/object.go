package org

import "strings"

// Object declares one sObject type.
type Object struct {
	Name, Label, LabelPlural string
	KeyPrefix                string // first three characters of every id
	Createable, Updateable   bool
	Deletable, Queryable     bool
	Fields                   []Field
	ChildRelationships       []ChildRelationship

	rules  rules
	byName map[string]int // lower-cased field API name -> index in Fields
	table  *table
	byRel  map[string]int // lower-cased relationship name -> index of its reference field
}

// Field declares one field, in the words of the REST describe.
type Field struct {
	Name, Label string
	Type        string // describe type: id, string, email, phone, boolean, picklist, reference, datetime, date, int, double, textarea, url, address
	SoapType    string
	Length      int // characters; 0 where the type has none

	Createable, Updateable, Nillable, DefaultedOnCreate bool
	Filterable, Sortable, Groupable                     bool
	IDLookup, NameField, RestrictedPicklist             bool
	Custom, Unique, CaseSensitive                       bool

	Picklist         []PicklistValue
	ReferenceTo      []string
	RelationshipName string // "" = null: the reference cannot be walked in SOQL
	Default          any    // value of a record that says nothing; nil = null

	indexed bool
	derive  func(r Record) any // computed at reading, never stored
}

// PicklistValue is one entry of a picklist field.
type PicklistValue struct {
	Value, Label         string
	Active, DefaultValue bool
}

// ChildRelationship names the records that point at an object.
type ChildRelationship struct {
	ChildObject, Field string
	Name               string // "" where the relationship cannot be used in a subquery
	CascadeDelete      bool
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
