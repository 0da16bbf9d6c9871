package scim

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a JSON body, indented, with a file of testdata.
func golden(t *testing.T, name string, body []byte) {
	t.Helper()
	var got bytes.Buffer
	if err := json.Indent(&got, body, "", "  "); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, body)
	}
	got.WriteByte('\n')
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

func TestDiscoveryAnswersAreAsWritten(t *testing.T) {
	h := newServer(t, newFake())
	for file, path := range map[string]string{
		"discovery/service-provider-config.json": "/ServiceProviderConfig",
		"discovery/resource-types.json":          "/ResourceTypes",
		"discovery/resource-type-group.json":     "/ResourceTypes/group",
		"discovery/schema-group.json":            "/Schemas/urn:ietf:params:scim:schemas:core:2.0:group",
		"discovery/schema-enterprise.json":       "/Schemas/" + enterpriseURN,
		"discovery/schema-of-schemas.json":       "/Schemas/" + schemaURN,
	} {
		golden(t, file, serve(h, request("GET", path, "")).Body.Bytes())
	}
	alias := serve(h, request("GET", "/ServiceProviderConfigs", "")).Body.String()
	if alias != serve(h, request("GET", "/ServiceProviderConfig/", "")).Body.String() {
		t.Error("the plural alias answers something else")
	}
}

// authentik adds each member by an operation of its own, as many in one PATCH as
// it is told here.
func TestAPATCHMayHoldAsManyOperationsAsAreAdvertised(t *testing.T) {
	d := newFake()
	h := newServer(t, d)
	bulk, _ := object(t, serve(h, request("GET", "/ServiceProviderConfig", "")))["bulk"].(map[string]any)
	operations, _ := bulk["maxOperations"].(float64)
	if operations < 1 {
		t.Fatalf("the number of operations advertised is %v: all of them in one PATCH", bulk["maxOperations"])
	}
	one := `,{"op":"add","path":"members","value":[{"value":"` + userID + `"}]}`
	body := func(n int) string {
		return `{"schemas":["` + patchURN + `"],"Operations":[` + strings.Repeat(one, n)[1:] + `]}`
	}
	if w := serve(h, request("PATCH", "/Groups/"+groupID, body(int(operations)))); w.Code != 204 || len(d.operations) != int(operations) {
		t.Errorf("%v operations were answered with %d: %s", operations, w.Code, w.Body)
	}
	wantError(t, serve(h, request("PATCH", "/Groups/"+groupID, body(int(operations)+1))), 400, "invalidValue")
}

// Clients that validate discovery take one bad member for no discovery at all.
func TestDiscoveryHasNoNullNoEmptyTextAndNoEmptyURI(t *testing.T) {
	h := newServer(t, newFake())
	for _, path := range []string{"/ServiceProviderConfig", "/ResourceTypes", "/Schemas"} {
		walk(t, path, object(t, serve(h, request("GET", path, ""))))
	}
}

func TestASchemaWithoutDescriptionsHasNoEmptyOnes(t *testing.T) {
	body, err := encode(describeSchema(bag().Core, base))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(body), "description") || strings.Contains(string(body), "null") {
		t.Errorf("the schema is %s", body)
	}
}

func walk(t *testing.T, at string, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			walk(t, at+"."+name, inner)
			text, _ := inner.(string)
			if strings.HasSuffix(name, "Uri") || name == "location" || name == "$ref" {
				if u, err := url.Parse(text); err != nil || !u.IsAbs() {
					t.Errorf("%s.%s is no absolute URI: %q", at, name, text)
				}
			}
		}
	case []any:
		for _, inner := range v {
			walk(t, at, inner)
		}
	case string:
		if v == "" {
			t.Errorf("%s is empty", at)
		}
	case nil:
		t.Errorf("%s is null", at)
	}
}

func TestEverySchemaThatIsNamedIsThere(t *testing.T) {
	h := newServer(t, newFake())
	list := object(t, serve(h, request("GET", "/Schemas?startIndex=2&count=1", "")))
	listed := map[string]bool{}
	for _, s := range asList(list["Resources"]) {
		schema := s.(map[string]any)
		id := schema["id"].(string)
		if listed[id] {
			t.Errorf("%s is listed twice", id)
		}
		listed[id] = true
		alone := object(t, serve(h, request("GET", "/Schemas/"+strings.ToUpper(id), "")))
		if diff := cmp.Diff(s, alone); diff != "" {
			t.Errorf("%s alone is another than in the list: %s", id, diff)
		}
	}
	if float64(len(listed)) != list["totalResults"] || list["itemsPerPage"] != list["totalResults"] {
		t.Errorf("%d schemas, totalResults %v, itemsPerPage %v", len(listed), list["totalResults"], list["itemsPerPage"])
	}
	for _, id := range []string{userURN, groupURN, enterpriseURN, schemaURN, resourceTypeURN, serviceProviderConfigURN} {
		if !listed[id] {
			t.Errorf("%s is not listed", id)
		}
	}
	types := object(t, serve(h, request("GET", "/ResourceTypes", "")))
	for _, r := range asList(types["Resources"]) {
		kind := r.(map[string]any)
		if !listed[kind["schema"].(string)] {
			t.Errorf("the schema of %v is not listed", kind["name"])
		}
		for _, e := range asList(kind["schemaExtensions"]) {
			if id := e.(map[string]any)["schema"].(string); !listed[id] {
				t.Errorf("the extension %s of %v is not listed", id, kind["name"])
			}
		}
		if w := serve(h, request("GET", kind["endpoint"].(string), "")); w.Code != 200 {
			t.Errorf("%s is answered with %d", kind["endpoint"], w.Code)
		}
	}
}
