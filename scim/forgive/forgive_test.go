package forgive

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/elimity-com/scim/schema"
	"github.com/google/go-cmp/cmp"

	"scimforce/scim/mapping"
	"scimforce/scim/patch"
	"scimforce/scim/resource"
)

// isUpdate is a flag rather than a setting so that a golden file is never
// rewritten by accident: go test ./scim/forgive -update.
var isUpdate = flag.Bool("update", false, "write the golden files anew")

func userType() resource.Type {
	return resource.Type{
		Name: "User", Endpoint: "/Users", Core: schema.CoreUserSchema(),
		Extensions: []schema.Schema{schema.ExtensionEnterpriseUser()},
	}
}

func salesforceUser() resource.Type {
	m, err := mapping.New(mapping.Config{})
	if err == nil {
		m, err = m.For([]mapping.Field{{Name: "Quota__c", Type: "double", Custom: true, Createable: true, Updateable: true}})
	}
	if err != nil {
		panic(err) // the mapping without a configuration is tested where it lives
	}
	return m.User()
}

func groupType() resource.Type {
	return resource.Type{Name: "Group", Endpoint: "/Groups", Core: schema.CoreGroupSchema()}
}

// bodies are requests as clients send them: testdata/<file>.request.json is
// what arrives, testdata/<file>.forgiven.json what is made of it. No rules
// means that the body is left as it is.
func bodies() []body {
	return []body{
		{"Okta creates a user", "okta_create", http.MethodPost, "User", nil},
		{"Okta puts back what it got", "okta_update_put", http.MethodPut, "User", nil},
		{"Okta deactivates", "okta_deactivate", http.MethodPatch, "User", nil},
		{"Okta pushes members", "okta_group_members", http.MethodPatch, "Group", nil},
		{"Okta's documentation leaves the schemas out", "okta_group_members_without_schemas", http.MethodPatch, "Group", []string{"schemas missing"}},
		{"an Okta mapping sends entitlements as strings", "okta_entitlements_as_strings", http.MethodPut, "User", []string{"string for an object"}},
		{"Entra creates a user", "entra_create", http.MethodPost, "User", nil},
		{"Entra's documentation misspells the URN and has nulls and strings", "entra_create_nulls_and_typo", http.MethodPost, "User", []string{"misspelt schema URN", "string for a boolean", "string for an object"}},
		{"Entra creates a group with a schema of its own", "entra_create_group", http.MethodPost, "Group", []string{"ADSCIM schema URN"}},
		{"Entra updates with capitals", "entra_verbose_update", http.MethodPatch, "User", []string{"operation in capitals"}},
		{"Entra sends the office as a formatted address", "entra_office", http.MethodPatch, "User of Salesforce", []string{"operation in capitals", "readOnly part of an attribute"}},
		{"Entra sends the office with aadOptscim062020", "entra_optscim_office", http.MethodPatch, "User of Salesforce", []string{"readOnly part of an attribute"}},
		{"Entra updates with aadOptscim062020", "entra_optscim_update", http.MethodPatch, "User", nil},
		{"Entra disables by a string", "entra_disable_as_string", http.MethodPatch, "User", []string{"operation in capitals", "string for a boolean"}},
		{"Entra disables by a string without a path", "entra_disable_without_path", http.MethodPatch, "User", []string{"operation in capitals", "string for a boolean"}},
		{"Entra sets a manager by a string", "entra_manager_as_string", http.MethodPatch, "User", []string{"operation in capitals", "string for an object"}},
		{"Entra's older documentation sets a manager by a list", "entra_manager_as_list", http.MethodPatch, "User", []string{"operation in capitals", "list for a single object"}},
		{"an expression of Entra makes texts of numbers", "entra_number_as_string", http.MethodPatch, "User of Salesforce", []string{"operation in capitals", "null or missing value", "empty string for no value", "string for a number"}},
		{"Entra clears a manager by an empty string", "entra_manager_emptied", http.MethodPatch, "User", []string{"operation in capitals", "null or missing value", "empty string for no value"}},
		{"a manager cleared by an empty value", "entra_manager_with_empty_value", http.MethodPatch, "User", []string{"operation in capitals", "null or missing value", "object with an empty value"}},
		{"managers among other attributes", "entra_manager_without_path", http.MethodPatch, "User", []string{"empty string for no value", "string for an object"}},
		{"Microsoft's gallery tests clear attributes", "entra_null_update", http.MethodPatch, "User", []string{"operation in capitals", "null or missing value", "empty string for no value"}},
		{"Entra's members have a null $ref", "entra_members_null_ref", http.MethodPatch, "Group", []string{"operation in capitals", "null $ref"}},
		{"Entra puts JSON into a role", "entra_role_json", http.MethodPatch, "User", []string{"operation in capitals", "JSON inside of a role"}},
		{"Entra names roles by displayName", "entra_roles_complex", http.MethodPost, "User", []string{"string for a boolean", "role with displayName"}},
		{"OneLogin uses the schemas of an old draft", "onelogin_create", http.MethodPost, "User", []string{"schema URN of an old draft", "lone object for a list"}},
		{"OneLogin uses the schemas of an old draft in a PATCH", "onelogin_patch", http.MethodPatch, "Group", []string{"schema URN of an old draft"}},
		{"a OneLogin template in capitals", "onelogin_schemas_in_capitals", http.MethodPost, "User", []string{"schemas key in another case", "misspelt schema URN", "attribute name in another case"}},
		{"authentik puts a group without schemas", "authentik_group_put", http.MethodPut, "Group", []string{"schemas missing"}},
		{"authentik updates a group with schemas and id inside", "authentik_group_update", http.MethodPatch, "Group", nil},
		{"Keycloak deactivates by a string", "keycloak_deactivate", http.MethodPatch, "User", []string{"string for a boolean"}},
		{"Keycloak empties a group", "keycloak_group_emptied", http.MethodPatch, "Group", nil},
		{"a member without a list around it", "jumpcloud_member_alone", http.MethodPatch, "Group", []string{"lone object for a list"}},
		{"Microsoft's validator sends no operations", "microsoft_validator_no_operations", http.MethodPatch, "Group", nil},
		{"Microsoft's Postman collection misspells names", "microsoft_postman_create", http.MethodPost, "User", []string{"attribute name in another case", "string for a boolean"}},
		{"Microsoft's Postman collection adds a member as a string", "microsoft_postman_member_as_string", http.MethodPatch, "Group", []string{"operation in capitals", "lone string for a list", "string for an object"}},
		{"operations and their keys in another case", "microsoft_postman_operations_key", http.MethodPatch, "User", []string{"operations key in another case", "attribute name in another case", "operation in capitals", "string for a boolean"}},
		{"a client of Salesforce's own SCIM wraps members", "salesforce_own_wrapped_members", http.MethodPatch, "Group", []string{"members inside of members"}},
		{"the Salesforce CLI sends e-mail addresses as strings", "salesforce_cli_create", http.MethodPost, "User", []string{"schemas missing", "attribute name in another case", "string for an object"}},
		{"extension attributes are not nested", "other_flat_extension_keys", http.MethodPost, "User", []string{"extension attribute not nested"}},
		{"core attributes are nested", "other_core_under_urn", http.MethodPut, "User", []string{"core attributes under the core URN", "string for a boolean"}},
		{"empty strings for what is no string", "other_empty_values_put", http.MethodPut, "User", []string{"empty string for no value", "object with an empty value"}},
	}
}

type body struct {
	name, file, method, kind string
	rules                    []string
}

func (b body) resourceType() resource.Type {
	switch b.kind {
	case "Group":
		return groupType()
	case "User of Salesforce": // whose formatted address is readOnly, with a number
		return salesforceUser()
	default:
		return userType()
	}
}

// repaired is what Body makes of a copy.
func repaired(typ resource.Type, method string, body map[string]any) (map[string]any, []string) {
	body = resource.Clone(body)
	return body, Body(typ, method, body)
}

func TestBody(t *testing.T) {
	for _, b := range bodies() {
		t.Run(b.name, func(t *testing.T) {
			request := readJSON(t, b.file+".request.json")
			got, rules := repaired(b.resourceType(), b.method, request)
			if diff := cmp.Diff(b.rules, rules); diff != "" {
				t.Errorf("rules: %s", diff)
			}
			golden(t, b.file+".forgiven.json", got)
			if b.rules == nil && !bytes.Equal(encode(t, request), encode(t, got)) {
				t.Errorf("a body without mistakes became %s", encode(t, got))
			}
			again, rules := repaired(b.resourceType(), b.method, got)
			if diff := cmp.Diff(got, again); diff != "" || rules != nil {
				t.Errorf("a second time: %v %s", rules, diff)
			}
		})
	}
}

func TestAForgivenBodyIsValid(t *testing.T) {
	for _, b := range bodies() {
		t.Run(b.name, func(t *testing.T) {
			got, _ := repaired(b.resourceType(), b.method, readJSON(t, b.file+".request.json"))
			if b.method == http.MethodPatch {
				if _, _, err := patch.Parse(got, b.resourceType()); err != nil {
					t.Error(err)
				}
				return
			}
			canonical, err := b.resourceType().Canonical(got)
			if err == nil {
				err = b.resourceType().Required(canonical)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEveryRuleHasABodyAndEveryBodyATest(t *testing.T) {
	var acted, files []string
	for _, b := range bodies() {
		acted = append(acted, b.rules...)
		files = append(files, b.file+".request.json", b.file+".forgiven.json")
	}
	for _, rule := range rules {
		if !slices.Contains(acted, rule.name) {
			t.Errorf("no body for %q", rule.name)
		}
	}
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() && !slices.Contains(files, e.Name()) {
			t.Errorf("no test reads %s", e.Name())
		}
	}
}

func TestATextThatIsNoNumberStays(t *testing.T) {
	for _, text := range []string{"a lot", "NaN", "Inf", "1e999", "0x"} {
		path := mapping.SalesforceURN + ":Quota__c"
		got, rules := repaired(salesforceUser(), http.MethodPatch, map[string]any{
			"schemas":    []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
			"Operations": []any{map[string]any{"op": "replace", "path": path, "value": text}},
		})
		operation := got["Operations"].([]any)[0].(map[string]any)
		if operation["value"] != text || rules != nil {
			t.Errorf("%q became %v by %v", text, operation["value"], rules)
		}
	}
}

func TestBodyLeavesWhatItDoesNotUnderstand(t *testing.T) {
	for name, c := range map[string]struct{ method, body string }{
		"a wrong type":                     {http.MethodPost, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"active":"maybe","name":"x","emails":5}`},
		"unknown attributes":               {http.MethodPost, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"shoeSize":"True","manager":"5","urn:x:1.0:Y":{"active":"True"}}`},
		"schemas of another kind":          {http.MethodPut, `{"schemas":"urn:x","userName":"x"}`},
		"a foreign schema":                 {http.MethodPut, `{"schemas":["urn:x"],"userName":"x"}`},
		"a boolean in a string attribute":  {http.MethodPost, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"title":"True","emails":[{"type":"False"}]}`},
		"a role that only looks like JSON": {http.MethodPost, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"roles":[{"value":"{x"},{"value":"{}"}]}`},
		"JSON in another attribute":        {http.MethodPost, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"emails":[{"value":"{\"value\":\"25\"}"}]}`},
		"two managers":                     {http.MethodPost, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":[{"value":"1"},{"value":"2"}]}}`},
		"both of two spellings":            {http.MethodPost, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"title":"a","Title":"b"}`},
		"operations of another kind":       {http.MethodPatch, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[5,{"op":5,"path":5,"value":"x"},{"op":"add","path":"emails[","value":"True"}]}`},
		"a broken list of operations":      {http.MethodPatch, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":"x"}`},
		"a wrapper with more than members": {http.MethodPatch, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"emails","value":[{"emails":[],"value":"x"}]}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			var body map[string]any
			if err := json.Unmarshal([]byte(c.body), &body); err != nil {
				t.Fatal(err)
			}
			got, rules := repaired(userType(), c.method, body)
			if diff := cmp.Diff(body, got); diff != "" || rules != nil {
				t.Errorf("%v %s", rules, diff)
			}
		})
	}
	if got, rules := repaired(userType(), http.MethodPost, nil); got != nil || rules != nil {
		t.Errorf("no body: got %v, %v", got, rules)
	}
}

func TestFilter(t *testing.T) {
	for text, want := range map[string]string{
		`email Co "jane@example.com"`:                     `emails.value co "jane@example.com"`,
		`userName eq "x" or not (Email pr)`:               `userName eq "x" or not (emails.value pr)`,
		`emails.value eq "email x"`:                       `emails.value eq "email x"`,
		`userName Eq "x"`:                                 `userName Eq "x"`,
		`email eq`:                                        `email eq`,
		`emails[type eq "work"].value eq "jane@email co"`: `emails[type eq "work"].value eq "jane@email co"`,
	} {
		if got := Filter(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func readJSON(t *testing.T, name string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// encode writes indented JSON with sorted keys, one way for each value.
func encode(t *testing.T, v any) []byte {
	t.Helper()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

func golden(t *testing.T, name string, got any) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *isUpdate {
		if err := os.WriteFile(path, encode(t, got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(encode(t, got))); diff != "" {
		t.Error(diff)
	}
}
