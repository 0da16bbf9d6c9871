package org

import (
	"fmt"
	"slices"
	"strings"
)

// rules are what cannot be said of an object as data. Each may be nil.
type rules struct {
	prepare  func(w *write)                      // fill in what the server makes up
	check    func(w *write) Errors               // refuse
	existing func(w *write) (id string, ok bool) // answer an insert with a record that is there already
	after    func(w *write)                      // write what follows from it
	removal  func(s *store, r Record) Errors     // refuse a delete
	removed  func(s *store, r Record)            // write what follows from a delete
	counted  func(t *table, before, next *row)   // keep counters in step, also when undone
}

// fld declares a field. flags are letters: c createable, u updateable,
// n nillable, d defaulted on create, f filterable, s sortable, g groupable,
// l idLookup, N name field, p restricted picklist, x unique, C case sensitive,
// e external id, i kept in an index (no describe property).
func fld(name, label, kind string, length int, flags string) Field {
	has := func(flag string) bool { return strings.Contains(flags, flag) }
	return Field{
		Name: name, Label: label, Type: kind, SoapType: soapType(kind), Length: length,
		Createable: has("c"), Updateable: has("u"), Nillable: has("n"), DefaultedOnCreate: has("d"),
		Filterable: has("f"), Sortable: has("s"), Groupable: has("g"),
		IDLookup: has("l"), NameField: has("N"), RestrictedPicklist: has("p"),
		Unique: has("x"), CaseSensitive: has("C"), ExternalID: has("e"), indexed: has("i") || has("x") || has("e"),
	}
}

func soapType(kind string) string {
	switch kind {
	case "id", "reference":
		return "tns:ID"
	case "boolean":
		return "xsd:boolean"
	case "int":
		return "xsd:int"
	case "double", "currency", "percent":
		return "xsd:double"
	case "datetime":
		return "xsd:dateTime"
	case "date":
		return "xsd:date"
	case "address":
		return "urn:address"
	default:
		return "xsd:string"
	}
}

// ref declares a reference field, always indexed. relationship "" is null.
func ref(name, label, relationship, flags string, to ...string) Field {
	f := fld(name, label, "reference", 18, flags+"fsgi")
	f.ReferenceTo, f.RelationshipName = to, relationship
	return f
}

// flagField declares a boolean, which every record has.
func flagField(name, label string, value bool, flags string) Field {
	f := fld(name, label, "boolean", 0, flags+"dfg")
	f.Default = value
	return f
}

// pick declares a picklist; the flag p makes it restricted. A value given as
// "value|label" is labelled otherwise than by itself.
func pick(name, label string, length int, flags string, values []string) Field {
	f := fld(name, label, "picklist", length, flags+"fsg")
	for _, v := range values {
		value, title, ok := strings.Cut(v, "|")
		if !ok {
			title = value
		}
		f.Picklist = append(f.Picklist, PicklistValue{Value: value, Label: title, Active: true})
	}
	return f
}

// defaulted gives a field the value of a record that says nothing.
func defaulted(f Field, value any) Field {
	f.Default, f.DefaultedOnCreate = value, true
	for i := range f.Picklist {
		f.Picklist[i].DefaultValue = f.Picklist[i].Value == value
	}
	return f
}

func derived(f Field, from func(r Record) any) Field {
	f.derive = from
	return f
}

func idField(label string) Field { return fld("Id", label, "id", 18, "dfsgl") }

// auditFields end the field list of nearly every object.
func auditFields() []Field {
	return []Field{
		fld("CreatedDate", "Created Date", "datetime", 0, "dfs"),
		ref("CreatedById", "Created By ID", "CreatedBy", "d", "User"),
		fld("LastModifiedDate", "Last Modified Date", "datetime", 0, "dfs"),
		ref("LastModifiedById", "Last Modified By ID", "LastModifiedBy", "d", "User"),
		fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
	}
}

// declare lists the objects of an org with that configuration, by name.
func declare(cfg Config) ([]*Object, error) {
	keys, err := loadPicklists()
	if err != nil {
		return nil, err
	}
	objects := []*Object{
		organizationObject(keys), setupAuditTrailObject(),
		userObject(cfg, keys), userLoginObject(), loginHistoryObject(), loginGeoObject(), authSessionObject(), oauthTokenObject(),
		userLicenseObject(), activeFeatureLicenseMetricObject(), packageLicenseObject(), userPackageLicenseObject(),
		permissionSetLicenseObject(keys), permissionSetLicenseAssignObject(),
		profileObject(), userRoleObject(), permissionSetObject(), permissionSetAssignmentObject(),
		permissionSetGroupObject(keys), permissionSetGroupComponentObject(),
		groupObject(), groupMemberObject(), queueSobjectObject(), collaborationGroupObject(), collaborationGroupMemberObject(),
		accountObject(), contactObject(),
	}
	if cfg.Territories {
		objects = append(objects, territory2ModelObject(), territory2Object(), userTerritory2AssociationObject())
	}
	slices.SortFunc(objects, func(a, b *Object) int { return strings.Compare(a.Name, b.Name) })
	for _, obj := range objects {
		if err := obj.finish(); err != nil {
			return nil, err
		}
	}
	return objects, nil
}

// finish fills the lookups of a declaration and refuses one that contradicts
// itself.
func (t *Object) finish() error {
	t.byName, t.byRel = map[string]int{}, map[string]int{}
	for i := range t.Fields {
		f := &t.Fields[i]
		f.complete(t)
		if f.grants != 0 {
			t.grants = append(t.grants, i)
		}
		if f.feature != "" {
			t.features = append(t.features, i)
		}
		if f.Unique {
			t.unique = append(t.unique, i)
		}
		key := strings.ToLower(f.Name)
		if _, twice := t.byName[key]; twice {
			return fmt.Errorf("object %s declares field %s twice", t.Name, f.Name)
		}
		t.byName[key] = i
		t.byName[f.Name] = i
		if f.RelationshipName != "" {
			t.byRel[strings.ToLower(f.RelationshipName)] = i
		}
	}
	if len(t.Fields) == 0 || t.Fields[0].Name != "Id" {
		return fmt.Errorf("object %s does not begin with Id", t.Name)
	}
	return nil
}

// complete fills in what describe says of a field and what follows from the
// rest of its declaration.
func (f *Field) complete(of *Object) {
	f.Permissionable = f.Custom
	f.Aggregatable = f.Type != "boolean" && f.Type != "textarea" && f.Type != "address"
	switch f.Type {
	case "int":
		f.Digits = 9
	case "double":
		if f.Precision == 0 && !f.Custom {
			f.Precision, f.Scale = 18, 15 // the shape of Latitude and Longitude
		}
	case "textarea":
		f.ExtraTypeInfo = "plaintextarea"
	}
	switch f.Name {
	case "FirstName", "LastName", "MiddleName", "Suffix", "Salutation":
		f.CompoundFieldName = "Name"
		if f.Type == "string" && f.Name != "Suffix" {
			f.ExtraTypeInfo = "personname" // recorded for FirstName and LastName
		}
	}
	part := []string{
		"Street", "City", "StateCode", "State", "PostalCode", "CountryCode", "Country", "Latitude", "Longitude", "GeocodeAccuracy",
	}
	for _, of := range of.Fields {
		kind, isAddress := strings.CutSuffix(of.Name, "Address")
		if after, ok := strings.CutPrefix(f.Name, kind); ok && isAddress && of.Type == "address" && slices.Contains(part, after) {
			f.CompoundFieldName = of.Name
		}
	}
}
