package scim

import (
	"maps"
	"testing"

	"github.com/elimity-com/scim/schema"
	"github.com/google/go-cmp/cmp"

	"scimforce/scim/resource"
)

// bag is a type with an attribute of each "returned" characteristic.
func bag() resource.Type {
	text := func(name string, returned schema.AttributeReturned) schema.SimpleParams {
		return schema.SimpleStringParams(schema.StringParams{Name: name, Returned: returned})
	}
	return resource.Type{
		Name: "Bag", Endpoint: "/Bags",
		Core: schema.Schema{ID: "urn:bag", Attributes: schema.Attributes{
			schema.SimpleCoreAttribute(text("common", schema.AttributeReturnedDefault())),
			schema.SimpleCoreAttribute(text("always", schema.AttributeReturnedAlways())),
			schema.SimpleCoreAttribute(text("never", schema.AttributeReturnedNever())),
			schema.SimpleCoreAttribute(text("onRequest", schema.AttributeReturnedRequest())),
			schema.ComplexCoreAttribute(schema.ComplexParams{Name: "parts", MultiValued: true, SubAttributes: []schema.SimpleParams{
				text("value", schema.AttributeReturnedDefault()),
				text("type", schema.AttributeReturnedDefault()),
				text("fixed", schema.AttributeReturnedAlways()),
				text("secret", schema.AttributeReturnedNever()),
				text("extra", schema.AttributeReturnedRequest()),
			}}),
		}},
		Extensions: []schema.Schema{{ID: "urn:bag:ext:2.0:Bag", Attributes: schema.Attributes{
			schema.SimpleCoreAttribute(text("colour", schema.AttributeReturnedDefault())),
			schema.SimpleCoreAttribute(text("size", schema.AttributeReturnedDefault())),
		}}},
	}
}

func TestProjection(t *testing.T) {
	full := map[string]any{
		"schemas": []any{"urn:bag", "urn:bag:ext:2.0:Bag"}, "id": "1", "externalId": "x", "meta": map[string]any{"resourceType": "Bag"},
		"common": "c", "always": "a", "never": "n", "onRequest": "r", "nothing": nil,
		"parts": []any{
			map[string]any{"value": "v1", "type": "work", "fixed": "f", "secret": "s", "extra": "e", "$ref": "/1"},
			map[string]any{"value": "v2"},
		},
		"urn:bag:ext:2.0:Bag": map[string]any{"colour": "red", "size": nil},
	}
	type m = map[string]any
	type l = []any
	always := m{"schemas": l{"urn:bag"}, "id": "1", "always": "a"}
	with := func(more m) m {
		r := maps.Clone(always)
		maps.Copy(r, more)
		return r
	}
	extension := m{"schemas": l{"urn:bag", "urn:bag:ext:2.0:Bag"}, "urn:bag:ext:2.0:Bag": m{"colour": "red"}}
	shownParts := l{m{"value": "v1", "type": "work", "fixed": "f", "$ref": "/1"}, m{"value": "v2"}}
	whole := m{
		"schemas": l{"urn:bag", "urn:bag:ext:2.0:Bag"}, "id": "1", "externalId": "x", "meta": m{"resourceType": "Bag"},
		"common": "c", "always": "a", "parts": shownParts, "urn:bag:ext:2.0:Bag": m{"colour": "red"},
	}
	without := func(names ...string) m {
		r := maps.Clone(whole)
		for _, name := range names {
			delete(r, name)
		}
		return r
	}
	tests := []struct {
		name, only, except string
		want               m
	}{
		{"everything that is returned by default", "", "", whole},
		{"one attribute", "common", "", with(m{"common": "c"})},
		{"in another case and with blanks", " COMMON , ExternalID", "", with(m{"common": "c", "externalId": "x"})},
		{"separated by blanks", "common externalId", "", with(m{"common": "c", "externalId": "x"})},
		{"an unknown attribute alone", "nope", "", always},
		{"one that is returned on request", "onRequest", "", with(m{"onRequest": "r"})},
		{"one that is never returned", "never", "", always},
		{"a whole complex attribute", "parts", "", with(m{"parts": shownParts})},
		{"a sub-attribute", "parts.type", "", with(m{"parts": l{m{"type": "work", "fixed": "f"}}})},
		{"a sub-attribute on request", "parts.extra", "", with(m{"parts": l{m{"extra": "e", "fixed": "f"}}})},
		{"a sub-attribute that is never returned", "parts.secret", "", with(m{"parts": l{m{"fixed": "f"}}})},
		{"a reference", "parts.$ref", "", with(m{"parts": l{m{"$ref": "/1", "fixed": "f"}}})},
		{"with a value filter, as Entra sends it", `parts[type eq "work"]`, "", with(m{"parts": shownParts})},
		{"with a value filter that holds a comma", `parts[type eq "a,b"].value,common`, "", with(m{"common": "c", "parts": l{m{"value": "v1", "fixed": "f"}, m{"value": "v2"}}})},
		{"with the core URN", "urn:bag:common", "", with(m{"common": "c"})},
		{"of an extension", "urn:bag:ext:2.0:Bag:colour", "", with(extension)},
		{"an extension whole", "urn:bag:ext:2.0:Bag", "", with(extension)},
		{"of an extension, its URN in another case", "URN:BAG:EXT:2.0:BAG:colour", "", with(extension)},
		{"an extension's attribute that has no value", "urn:bag:ext:2.0:Bag:size", "", always},
		{"meta", "meta", "", with(m{"meta": m{"resourceType": "Bag"}})},
		{"one left out", "", "common", without("common")},
		{"several left out, an always one among them", "", "common,always,id,schemas,meta", without("common", "meta")},
		{"a sub-attribute left out", "", "parts.type,parts.fixed", func() m {
			r := without()
			r["parts"] = l{m{"value": "v1", "fixed": "f", "$ref": "/1"}, m{"value": "v2"}}
			return r
		}()},
		{"an extension left out", "", "urn:bag:ext:2.0:Bag", func() m {
			r := without("urn:bag:ext:2.0:Bag")
			r["schemas"] = l{"urn:bag"}
			return r
		}()},
		{"both", "common,parts", "parts.type,common", with(m{"parts": l{m{"value": "v1", "fixed": "f", "$ref": "/1"}, m{"value": "v2"}}})},
		{"nonsense", `[]"`, "", always},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := parameters{}
			if test.only != "" {
				p["attributes"] = test.only
			}
			if test.except != "" {
				p["excludedattributes"] = test.except
			}
			if diff := cmp.Diff(test.want, readProjection(p, bag()).apply(full)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, there := full["nothing"]; !there {
		t.Error("the resource itself was changed")
	}
}

func TestAnEmptyListIsShownAndNullIsNot(t *testing.T) {
	got := readProjection(parameters{}, bag()).apply(map[string]any{"id": "1", "parts": []any{}, "common": nil})
	want := map[string]any{"id": "1", "parts": []any{}, "schemas": []any{"urn:bag"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzAProjectionShowsWhatIsAlwaysReturnedAndNothingThatNeverIs(f *testing.F) {
	for _, seed := range []string{"common", "a,b", `parts[type eq "x"].value`, "urn:bag", "never", ",,[", "parts.secret", "urn:bag:never", "\"", "parts."} {
		f.Add(seed, "")
		f.Add("", seed)
	}
	full := map[string]any{"id": "1", "always": "a", "never": "n", "parts": []any{map[string]any{"secret": "s", "fixed": "f"}}}
	f.Fuzz(func(t *testing.T, only, except string) {
		got := readProjection(parameters{"attributes": only, "excludedattributes": except}, bag()).apply(full)
		if got["id"] != "1" || got["always"] != "a" || got["never"] != nil || got["schemas"] == nil {
			t.Fatalf("attributes=%q excludedAttributes=%q shows %v", only, except, got)
		}
		for _, part := range asList(got["parts"]) {
			if part.(map[string]any)["secret"] != nil {
				t.Fatalf("attributes=%q excludedAttributes=%q shows %v", only, except, got)
			}
		}
	})
}

func asList(v any) []any {
	l, _ := v.([]any)
	return l
}
