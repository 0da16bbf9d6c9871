package simulator

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// keysOf lists the keys of the JSON object at the start of s, in their order.
func keysOf(t *testing.T, s string) []string {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(s))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key.(string))
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

func recordedKeys(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
}

// TestDescribeHasTheRecordedKeys compares with the keys of a recorded org, in
// their order.
func TestDescribeHasTheRecordedKeys(t *testing.T) {
	objectKeys := recordedKeys(`actionOverrides, activateable, associateEntityType, associateParentEntity, childRelationships,
		compactLayoutable, createable, custom, customSetting, deepCloneable, defaultImplementation, deletable, deprecatedAndHidden,
		extendedBy, extendsInterfaces, feedEnabled, fields, hasSubtypes, implementedBy, implementsInterfaces, isInterface, isSubtype,
		keyPrefix, label, labelPlural, layoutable, listviewable, lookupLayoutable, mergeable, mruEnabled, name, namedLayoutInfos,
		networkScopeFieldName, queryable, recordTypeInfos, replicateable, retrieveable, searchLayoutable, searchable,
		sobjectDescribeOption, supportedScopes, triggerable, undeletable, updateable, urls`)
	fieldKeys := recordedKeys(`aggregatable, aiPredictionField, autoNumber, byteLength, calculated, calculatedFormula, cascadeDelete,
		caseSensitive, compoundFieldName, controllerName, createable, custom, defaultValue, defaultValueFormula, defaultedOnCreate,
		dependentPicklist, deprecatedAndHidden, digits, displayLocationInDecimal, encrypted, externalId, extraTypeInfo, filterable,
		filteredLookupInfo, formulaTreatNullNumberAsZero, groupable, highScaleNumber, htmlFormatted, idLookup, inlineHelpText, label,
		length, mask, maskType, name, nameField, namePointing, nillable, permissionable, picklistValues, polymorphicForeignKey,
		precision, queryByDistance, referenceTargetField, referenceTo, relationshipName, relationshipOrder, restrictedDelete,
		restrictedPicklist, scale, searchPrefilterable, soapType, sortable, type, unique, updateable, writeRequiresMasterRead`)
	f := start(t)
	for _, o := range f.org.Objects() {
		r := f.call("GET", "/services/data/v66.0/sobjects/"+strings.ToLower(o.Name)+"/describe", "", "Accept-Encoding: identity")
		if diff := cmp.Diff(objectKeys, keysOf(t, r.body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", o.Name, diff)
		}
		var described struct {
			Name   string
			Fields []json.RawMessage
		}
		if err := json.Unmarshal([]byte(r.body), &described); err != nil || described.Name != o.Name {
			t.Fatalf("%s: %q, %v", o.Name, described.Name, err)
		}
		if len(described.Fields) != len(o.Fields) {
			t.Errorf("%s: %d fields, want %d", o.Name, len(described.Fields), len(o.Fields))
		}
		for _, field := range described.Fields {
			if diff := cmp.Diff(fieldKeys, keysOf(t, string(field))); diff != "" {
				t.Fatalf("%s: field (-want +got):\n%s\n%s", o.Name, diff, field)
			}
		}
	}
}

func TestDescribeTellsWhatAClientMustKnowOfUser(t *testing.T) {
	f := start(t)
	var user struct {
		KeyPrefix  string
		Deletable  bool
		Createable bool
		Fields     []struct {
			Name, Type, Label              string
			Length                         int
			RestrictedPicklist, Createable bool
			ReferenceTo                    []string
			RelationshipName               *string
			PicklistValues                 []struct {
				Active bool
				Value  string
			}
		}
	}
	r := f.call("GET", "/services/data/v66.0/sobjects/User/describe", "", "Accept-Encoding: identity")
	if err := json.Unmarshal([]byte(r.body), &user); err != nil {
		t.Fatal(err)
	}
	if user.KeyPrefix != "005" || user.Deletable || !user.Createable {
		t.Errorf("prefix %s, deletable %t, createable %t", user.KeyPrefix, user.Deletable, user.Createable)
	}
	for _, field := range user.Fields {
		switch field.Name {
		case "Alias":
			if field.Length != 8 || field.Type != "string" {
				t.Errorf("Alias: %+v", field)
			}
		case "TimeZoneSidKey":
			berlin := slices.ContainsFunc(field.PicklistValues, func(p struct {
				Active bool
				Value  string
			},
			) bool {
				return p.Value == "Europe/Berlin" && p.Active
			})
			if !field.RestrictedPicklist || !berlin {
				t.Errorf("TimeZoneSidKey: restricted %t, Berlin %t", field.RestrictedPicklist, berlin)
			}
		case "ProfileId":
			if field.RelationshipName == nil || *field.RelationshipName != "Profile" || !slices.Equal(field.ReferenceTo, []string{"Profile"}) {
				t.Errorf("ProfileId: %+v", field)
			}
		case "DelegatedApproverId":
			if field.RelationshipName != nil {
				t.Errorf("DelegatedApproverId has the relationship %s", *field.RelationshipName)
			}
		}
	}
}

func TestDescribeGlobalListsEveryObject(t *testing.T) {
	f := start(t)
	keys := recordedKeys(`activateable, associateEntityType, associateParentEntity, createable, custom, customSetting, deepCloneable,
		deletable, deprecatedAndHidden, feedEnabled, hasSubtypes, isInterface, isSubtype, keyPrefix, label, labelPlural, layoutable,
		mergeable, mruEnabled, name, queryable, replicateable, retrieveable, searchable, triggerable, undeletable, updateable, urls`)
	r := f.call("GET", "/services/data/v66.0/sobjects/", "", "Accept-Encoding: identity")
	if !strings.HasPrefix(r.body, `{"encoding":"UTF-8","maxBatchSize":200,"sobjects":[{"activateable":`) {
		t.Errorf("begins %.80s", r.body)
	}
	var global struct{ SObjects []json.RawMessage }
	if err := json.Unmarshal([]byte(r.body), &global); err != nil || len(global.SObjects) != len(f.org.Objects()) {
		t.Fatalf("%d objects, %v", len(global.SObjects), err)
	}
	for _, one := range global.SObjects {
		if diff := cmp.Diff(keys, keysOf(t, string(one))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
