package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/oauth/idp"
)

func TestIdentityProvidersOfTheConfigurationFile(t *testing.T) {
	const entra = "- issuer: https://login.microsoftonline.com/tenant/v2.0\n  audience: api://scimforce\n"
	tests := []struct {
		name, content string
		want          []string // parts of the problems, in their order
	}{
		{"all of it", entra + "  clients: [a, b]\n  jwksUrl: https://keys.example/keys\n  connection: uat\n  scope: users\n", nil},
		{"the least", entra, nil},
		{"http on this machine", "- issuer: http://127.0.0.1:8090\n  audience: x\n", nil},
		{"a client that signs for itself", "- issuer: okta-scim\n  audience: x\n  jwksUrl: https://acme.okta.com/keys\n", nil},
		{"no audience", "- issuer: https://a.example\n", []string{"entry 1: the audience is missing"}},
		{"no issuer", "- audience: x\n", []string{"entry 1: the issuer is missing"}},
		{"plain http", "- issuer: http://a.example\n  audience: x\n", []string{"must begin with https://"}},
		{"keys over plain http", "- issuer: https://a.example\n  audience: x\n  jwksUrl: http://a.example/keys\n", []string{"URL of the keys"}},
		{"no scheme", "- issuer: login.example/tenant\n  audience: x\n  jwksUrl: https://a.example/keys\n", []string{"no https URL"}},
		{"a password in the URL", "- issuer: https://u:very-secret@a.example\n  audience: x\n", []string{"leave them out"}},
		{"a connection in capitals", entra + "  connection: UAT\n", []string{"no name of a connection"}},
		{"tokens of persons", entra + "  person: preferred_username\n", nil},
		{"persons who could change others", entra + "  person: upn\n  scope: users\n", []string{"a person may only read"}},
		{"an unknown scope", entra + "  scope: admin\n", []string{"read, users, groups or all"}},
		{"an empty client", entra + "  clients: ['']\n", []string{"clients is empty"}},
		{"the same twice", entra + entra, []string{"entry 2: issuer and audience are those of entry 1"}},
		{"two with a client in common", entra + "  clients: [a]\n" + entra + "  clients: [b, a]\n", []string{"entry 2: issuer, audience and one of the clients"}},
		{"two for two connections", entra + "  clients: [a]\n" + entra + "  clients: [b]\n  connection: uat\n", nil},
		{"one issuer with two places for keys", entra + entra + "  jwksUrl: https://a.example/keys\n", []string{"URL of its keys is another"}},
		{"everything at once", "- issuer: http://a.example\n  scope: admin\n", []string{"must begin with", "audience is missing", "no scope"}},
		{"a key that is mistyped", entra + "  client: a\n", []string{"did you mean clients?"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			settings := defaultFileSettings()
			problems := parseConfigFile([]byte("identityProviders:\n"+test.content), &settings)
			if len(problems) != len(test.want) {
				t.Fatalf("problems %q, want %q", problems, test.want)
			}
			for i, part := range test.want {
				if !strings.Contains(problems[i], part) || strings.Contains(problems[i], "very-secret") {
					t.Errorf("problem %q, want %q in it", problems[i], part)
				}
			}
		})
	}
	settings := defaultFileSettings()
	if problems := parseConfigFile([]byte("identityProviders:\n"+tests[0].content+entra+"  clients: [c]\n  jwksUrl: https://keys.example/keys\n"+
		entra+"  clients: [d]\n  jwksUrl: https://keys.example/keys\n  person: upn\n"), &settings); len(problems) > 0 {
		t.Fatal(problems)
	}
	want := []idp.Issuer{
		{
			Issuer: "https://login.microsoftonline.com/tenant/v2.0", Audience: "api://scimforce", JWKSURL: "https://keys.example/keys",
			Clients: []string{"a", "b"}, Connection: "uat", Scope: idp.ScopeUsers,
		},
		{
			Issuer: "https://login.microsoftonline.com/tenant/v2.0", Audience: "api://scimforce", JWKSURL: "https://keys.example/keys",
			Clients: []string{"c"}, Connection: "default", Scope: idp.ScopeAll,
		},
		{
			Issuer: "https://login.microsoftonline.com/tenant/v2.0", Audience: "api://scimforce", JWKSURL: "https://keys.example/keys",
			Clients: []string{"d"}, Connection: "default", Scope: idp.ScopeRead, Person: "upn",
		},
	}
	if got := settings.issuers(); !slices.EqualFunc(got, want, func(a, b idp.Issuer) bool { return cmp.Equal(a, b) }) {
		t.Error(cmp.Diff(want, got))
	}
}
