package simulator

import "scimforce/salesforce/simulator/org"

// describeGlobal answers GET /sobjects: all objects that the caller may read,
// without their fields.
func (s *Simulator) describeGlobal(q *request) answer {
	objects := q.org.Objects()
	seen := q.seenObjects(objects)
	return s.description(q, descriptionKey{version: q.version, seen: seen}, func() object {
		list := make([]object, 0, len(objects))
		for i, o := range objects {
			if seen[i] == mark(true) {
				list = append(list, summary(q.version, o))
			}
		}
		return object{{"encoding", "UTF-8"}, {"maxBatchSize", 200}, {"sobjects", list}}
	})
}

// describeBasic answers GET /sobjects/{object}.
// unverified: that recentItems of an object's basic information is empty.
func (s *Simulator) describeBasic(q *request) answer {
	return ok(object{{"objectDescribe", summary(q.version, q.object)}, {"recentItems", []any{}}})
}

// describe answers GET /sobjects/{object}/describe with the fields that the
// caller sees.
func (s *Simulator) describe(q *request) answer {
	seen := q.seenFields(q.object)
	return s.description(q, descriptionKey{q.object, q.version, seen}, func() object {
		return fullDescription(q.version, q.object, seen)
	})
}

// fullDescription is a whole describe, all keys in the recorded, alphabetical
// order.
func fullDescription(version string, o *org.Object, seen string) object {
	fields := make([]object, 0, len(o.Fields))
	for i := range o.Fields {
		if seen[i] == mark(true) {
			fields = append(fields, describeField(&o.Fields[i]))
		}
	}
	children := make([]object, len(o.ChildRelationships))
	for i, c := range o.ChildRelationships {
		children[i] = object{
			{"cascadeDelete", c.CascadeDelete},
			{"childSObject", c.ChildObject},
			{"deprecatedAndHidden", false},
			{"field", c.Field},
			{"junctionIdListNames", []any{}},
			{"junctionReferenceTo", []any{}},
			{"relationshipName", orNull(c.Name)},
			{"restrictedDelete", false},
		}
	}
	return object{
		{"actionOverrides", []any{}},
		{"activateable", false},
		{"associateEntityType", nil},
		{"associateParentEntity", nil},
		{"childRelationships", children},
		{"compactLayoutable", o.Name == "User"},
		{"createable", o.Createable},
		{"custom", false},
		{"customSetting", false},
		{"deepCloneable", false},
		{"defaultImplementation", nil},
		{"deletable", o.Deletable},
		{"deprecatedAndHidden", false},
		{"extendedBy", nil},
		{"extendsInterfaces", nil},
		{"feedEnabled", o.Name == "User"},
		{"fields", fields},
		{"hasSubtypes", false},
		{"implementedBy", nil},
		{"implementsInterfaces", nil},
		{"isInterface", false},
		{"isSubtype", false},
		{"keyPrefix", orNull(o.KeyPrefix)},
		{"label", o.Label},
		{"labelPlural", o.LabelPlural},
		{"layoutable", o.Name == "User"},
		{"listviewable", nil},
		{"lookupLayoutable", nil},
		{"mergeable", false},
		{"mruEnabled", false},
		{"name", o.Name},
		{"namedLayoutInfos", []any{}},
		{"networkScopeFieldName", nil},
		{"queryable", o.Queryable},
		{"recordTypeInfos", []any{}},
		{"replicateable", false},
		{"retrieveable", o.Queryable},
		{"searchLayoutable", o.Name == "User"},
		{"searchable", o.Name == "User" || o.Name == "Group"},
		{"sobjectDescribeOption", "FULL"},
		{"supportedScopes", []object{{{"label", "All " + o.LabelPlural}, {"name", "everything"}}}},
		{"triggerable", o.Name == "User"},
		{"undeletable", false},
		{"updateable", o.Updateable},
		{"urls", urlsOf(version, o)},
	}
}

// urlsOf is where the parts of an object's description are.
func urlsOf(version string, o *org.Object) object {
	url := "/services/data/v" + version + "/sobjects/" + o.Name
	if o.Name != "User" {
		return object{{"rowTemplate", url + "/{ID}"}, {"describe", url + "/describe"}, {"sobject", url}}
	}
	return object{
		{"compactLayouts", url + "/describe/compactLayouts"},
		{"rowTemplate", url + "/{ID}"},
		{"approvalLayouts", url + "/describe/approvalLayouts"},
		{"listviews", url + "/listviews"},
		{"describe", url + "/describe"},
		{"quickActions", url + "/quickActions"},
		{"layouts", url + "/describe/layouts"},
		{"sobject", url},
	}
}

// summary is one object of describe global.
func summary(version string, o *org.Object) object {
	isUser := o.Name == "User"
	return object{
		{"activateable", false},
		{"associateEntityType", nil},
		{"associateParentEntity", nil},
		{"createable", o.Createable},
		{"custom", false},
		{"customSetting", false},
		{"deepCloneable", false},
		{"deletable", o.Deletable},
		{"deprecatedAndHidden", false},
		{"feedEnabled", isUser},
		{"hasSubtypes", false},
		{"isInterface", false},
		{"isSubtype", false},
		{"keyPrefix", orNull(o.KeyPrefix)},
		{"label", o.Label},
		{"labelPlural", o.LabelPlural},
		{"layoutable", isUser},
		{"mergeable", false},
		{"mruEnabled", false},
		{"name", o.Name},
		{"queryable", o.Queryable},
		{"replicateable", false},
		{"retrieveable", o.Queryable},
		{"searchable", isUser || o.Name == "Group"},
		{"triggerable", isUser},
		{"undeletable", false},
		{"updateable", o.Updateable},
		{"urls", urlsOf(version, o)},
	}
}

// describeField is one field of a describe. Keys the simulator's declarations
// do not carry have the value that most fields of a real org have.
func describeField(f *org.Field) object {
	picklist := make([]object, len(f.Picklist))
	for i, p := range f.Picklist {
		picklist[i] = object{{"active", p.Active}, {"defaultValue", p.DefaultValue}, {"label", p.Label}, {"validFor", nil}, {"value", p.Value}}
	}
	digits, precision, scale := numberShape(f.Type)
	var defaultValue any
	if b, isBool := f.Default.(bool); isBool || f.Type == "boolean" {
		defaultValue = b
	}
	return object{
		{"aggregatable", f.Type != "boolean" && f.Type != "textarea" && f.Type != "address"},
		{"aiPredictionField", false},
		{"autoNumber", false},
		{"byteLength", byteLength(f)},
		{"calculated", false},
		{"calculatedFormula", nil},
		{"cascadeDelete", false},
		{"caseSensitive", f.CaseSensitive},
		{"compoundFieldName", compoundOf(f.Name)},
		{"controllerName", nil},
		{"createable", f.Createable},
		{"custom", f.Custom},
		{"defaultValue", defaultValue},
		{"defaultValueFormula", nil},
		{"defaultedOnCreate", f.DefaultedOnCreate},
		{"dependentPicklist", false},
		{"deprecatedAndHidden", false},
		{"digits", digits},
		{"displayLocationInDecimal", false},
		{"encrypted", false},
		{"externalId", false},
		{"extraTypeInfo", extraType(f)},
		{"filterable", f.Filterable},
		{"filteredLookupInfo", nil},
		{"formulaTreatNullNumberAsZero", false},
		{"groupable", f.Groupable},
		{"highScaleNumber", false},
		{"htmlFormatted", false},
		{"idLookup", f.IDLookup},
		{"inlineHelpText", nil},
		{"label", f.Label},
		{"length", f.Length},
		{"mask", nil},
		{"maskType", nil},
		{"name", f.Name},
		{"nameField", f.NameField},
		{"namePointing", len(f.ReferenceTo) > 1},
		{"nillable", f.Nillable},
		{"permissionable", f.Custom},
		{"picklistValues", picklist},
		{"polymorphicForeignKey", len(f.ReferenceTo) > 1},
		{"precision", precision},
		{"queryByDistance", false},
		{"referenceTargetField", nil},
		{"referenceTo", f.ReferenceTo},
		{"relationshipName", orNull(f.RelationshipName)},
		{"relationshipOrder", nil},
		{"restrictedDelete", false},
		{"restrictedPicklist", f.RestrictedPicklist},
		{"scale", scale},
		{"searchPrefilterable", false},
		{"soapType", f.SoapType},
		{"sortable", f.Sortable},
		{"type", f.Type},
		{"unique", f.Unique},
		{"updateable", f.Updateable},
		{"writeRequiresMasterRead", false},
	}
}

// byteLength is three bytes a character, except for ids, which are ASCII.
func byteLength(f *org.Field) int {
	if f.Type == "id" || f.Type == "reference" {
		return f.Length
	}
	return f.Length * 3
}

func numberShape(kind string) (digits, precision, scale int) {
	switch kind {
	case "int":
		return 9, 0, 0
	case "double":
		return 0, 18, 15 // the shape of Latitude and Longitude
	}
	return 0, 0, 0
}

// compoundOf names the compound field a component belongs to.
func compoundOf(field string) any {
	switch field {
	case "FirstName", "LastName", "MiddleName", "Suffix":
		return "Name"
	case "Street", "City", "State", "StateCode", "PostalCode", "Country", "CountryCode", "Latitude", "Longitude", "GeocodeAccuracy":
		return "Address"
	}
	return nil
}

// extraType marks the two kinds of text field that Salesforce tells apart.
func extraType(f *org.Field) any {
	switch {
	case f.Type == "textarea":
		return "plaintextarea"
	case f.Name == "FirstName" || f.Name == "LastName":
		return "personname"
	}
	return nil
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
