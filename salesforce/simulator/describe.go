package simulator

import (
	"encoding/base64"

	"scimforce/salesforce/simulator/org"
)

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
	fields, children := q.seenFields(q.object), q.seenObjects(q.childObjects())
	return s.description(q, descriptionKey{q.object, q.version, fields + children}, func() object {
		return fullDescription(q.version, q.object, fields, children)
	})
}

// fullDescription is a whole describe, all keys in the recorded, alphabetical
// order.
func fullDescription(version string, o *org.Object, seenFields, seenChildren string) object {
	fields := make([]object, 0, len(o.Fields))
	for i := range o.Fields {
		if seenFields[i] == mark(true) {
			fields = append(fields, describeField(&o.Fields[i]))
		}
	}
	children := make([]object, 0, len(o.ChildRelationships))
	for i, c := range o.ChildRelationships {
		if seenChildren[i] != mark(true) {
			continue
		}
		children = append(children, object{
			{"cascadeDelete", c.CascadeDelete},
			{"childSObject", c.ChildObject},
			{"deprecatedAndHidden", false},
			{"field", c.Field},
			{"junctionIdListNames", []any{}},
			{"junctionReferenceTo", []any{}},
			{"relationshipName", orNull(c.Name)},
			{"restrictedDelete", c.RestrictedDelete},
		})
	}
	return object{
		{"actionOverrides", []any{}},
		{"activateable", false},
		{"associateEntityType", nil},
		{"associateParentEntity", nil},
		{"childRelationships", children},
		{"compactLayoutable", o.Layoutable},
		{"createable", o.Createable},
		{"custom", o.Custom},
		{"customSetting", false},
		{"deepCloneable", false},
		{"defaultImplementation", nil},
		{"deletable", o.Deletable},
		{"deprecatedAndHidden", false},
		{"extendedBy", nil},
		{"extendsInterfaces", nil},
		{"feedEnabled", o.FeedEnabled},
		{"fields", fields},
		{"hasSubtypes", false},
		{"implementedBy", nil},
		{"implementsInterfaces", nil},
		{"isInterface", false},
		{"isSubtype", false},
		{"keyPrefix", orNull(o.KeyPrefix)},
		{"label", o.Label},
		{"labelPlural", o.LabelPlural},
		{"layoutable", o.Layoutable},
		{"listviewable", nil},
		{"lookupLayoutable", nil},
		{"mergeable", false},
		{"mruEnabled", o.MruEnabled},
		{"name", o.Name},
		{"namedLayoutInfos", []any{}},
		{"networkScopeFieldName", nil},
		{"queryable", o.Queryable},
		{"recordTypeInfos", []any{}},
		{"replicateable", o.Replicateable},
		{"retrieveable", o.Queryable},
		{"searchLayoutable", o.Layoutable},
		{"searchable", o.Searchable},
		{"sobjectDescribeOption", "FULL"},
		{"supportedScopes", []object{{{"label", "All " + o.LabelPlural}, {"name", "everything"}}}},
		{"triggerable", o.Triggerable},
		{"undeletable", o.Undeletable},
		{"updateable", o.Updateable},
		{"urls", urlsOf(version, o)},
	}
}

// urlsOf is where the parts of an object's description are.
func urlsOf(version string, o *org.Object) object {
	url := "/services/data/v" + version + "/sobjects/" + o.Name
	if !o.Layoutable {
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
	return object{
		{"activateable", false},
		{"associateEntityType", nil},
		{"associateParentEntity", nil},
		{"createable", o.Createable},
		{"custom", o.Custom},
		{"customSetting", false},
		{"deepCloneable", false},
		{"deletable", o.Deletable},
		{"deprecatedAndHidden", false},
		{"feedEnabled", o.FeedEnabled},
		{"hasSubtypes", false},
		{"isInterface", false},
		{"isSubtype", false},
		{"keyPrefix", orNull(o.KeyPrefix)},
		{"label", o.Label},
		{"labelPlural", o.LabelPlural},
		{"layoutable", o.Layoutable},
		{"mergeable", false},
		{"mruEnabled", o.MruEnabled},
		{"name", o.Name},
		{"queryable", o.Queryable},
		{"replicateable", o.Replicateable},
		{"retrieveable", o.Queryable},
		{"searchable", o.Searchable},
		{"triggerable", o.Triggerable},
		{"undeletable", o.Undeletable},
		{"updateable", o.Updateable},
		{"urls", urlsOf(version, o)},
	}
}

// describeField is one field of a describe. Keys the simulator's declarations
// do not carry have the value that most fields of a real org have.
func describeField(f *org.Field) object {
	picklist := make([]object, len(f.Picklist))
	for i, p := range f.Picklist {
		picklist[i] = object{{"active", p.Active}, {"defaultValue", p.DefaultValue}, {"label", p.Label}, {"validFor", validFor(p)}, {"value", p.Value}}
	}
	var defaultValue any
	if b, isBool := f.Default.(bool); isBool || f.Type == "boolean" {
		defaultValue = b
	}
	return object{
		{"aggregatable", f.Aggregatable},
		{"aiPredictionField", false},
		{"autoNumber", false},
		{"byteLength", byteLength(f)},
		{"calculated", f.Calculated},
		{"calculatedFormula", nil},
		{"cascadeDelete", false},
		{"caseSensitive", f.CaseSensitive},
		{"compoundFieldName", orNull(f.CompoundFieldName)},
		{"controllerName", orNull(f.ControllerName)},
		{"createable", f.Createable},
		{"custom", f.Custom},
		{"defaultValue", defaultValue},
		{"defaultValueFormula", nil},
		{"defaultedOnCreate", f.DefaultedOnCreate},
		{"dependentPicklist", f.ControllerName != ""},
		{"deprecatedAndHidden", false},
		{"digits", f.Digits},
		{"displayLocationInDecimal", false},
		{"encrypted", false},
		{"externalId", f.ExternalID},
		{"extraTypeInfo", orNull(f.ExtraTypeInfo)},
		{"filterable", f.Filterable},
		{"filteredLookupInfo", nil},
		{"formulaTreatNullNumberAsZero", false},
		{"groupable", f.Groupable},
		{"highScaleNumber", false},
		{"htmlFormatted", false},
		{"idLookup", f.IDLookup},
		{"inlineHelpText", orNull(f.InlineHelpText)},
		{"label", f.Label},
		{"length", f.Length},
		{"mask", nil},
		{"maskType", nil},
		{"name", f.Name},
		{"nameField", f.NameField},
		{"namePointing", len(f.ReferenceTo) > 1},
		{"nillable", f.Nillable},
		{"permissionable", f.Permissionable},
		{"picklistValues", picklist},
		{"polymorphicForeignKey", len(f.ReferenceTo) > 1},
		{"precision", f.Precision},
		{"queryByDistance", false},
		{"referenceTargetField", nil},
		{"referenceTo", f.ReferenceTo},
		{"relationshipName", orNull(f.RelationshipName)},
		{"relationshipOrder", nil},
		{"restrictedDelete", false},
		{"restrictedPicklist", f.RestrictedPicklist},
		{"scale", f.Scale},
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

// validFor is for which values of its controlling field a picklist value
// applies, a bit each in base64; null for all.
func validFor(p org.PicklistValue) any {
	if p.ValidFor == nil {
		return nil
	}
	return base64.StdEncoding.EncodeToString(p.ValidFor)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
