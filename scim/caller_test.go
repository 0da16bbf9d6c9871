package scim

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"scimforce/oauth/idp"
)

// as is a change of the configuration: every request comes from caller.
func as(caller idp.Caller, err error) func(*Config) {
	return func(c *Config) {
		c.Authenticate = func(*http.Request) (idp.Caller, error) { return caller, err }
	}
}

func TestACredentialDoesWhatItsScopeSays(t *testing.T) {
	const user = `{"schemas":["` + userURN + `"],"userName":"ada@acme.example"}`
	const group = `{"schemas":["` + groupURN + `"],"displayName":"Sales"}`
	tests := []struct {
		name               string
		method, path, body string
		let                string // the scopes that may, with blanks between
		lacks              string // the scope in the challenge to the others
	}{
		{"listing users", "GET", "/Users", "", "read users groups all", ""},
		{"the head of a group", "HEAD", "/Groups/" + groupID, "", "read users groups all", ""},
		{"discovery", "GET", "/ServiceProviderConfig", "", "read users groups all", ""},
		{"creating a user", "POST", "/Users", user, "users all", "users"},
		{"replacing a user", "PUT", "/Users/" + userID, user, "users all", "users"},
		{"patching a user", "PATCH", "/Users/" + userID, "{}", "users all", "users"},
		{"deleting a user", "DELETE", "/Users/" + userID, "", "users all", "users"},
		{"creating a group", "POST", "/Groups", group, "groups all", "groups"},
		{"deleting a group", "DELETE", "/Groups/" + groupID, "", "groups all", "groups"},
		{"a search by POST", "POST", "/Users/.search", "{}", "read users groups all", ""},
		{"bulk, where each operation is looked at", "POST", "/Bulk", "{}", "read users groups all", ""},
	}
	for _, test := range tests {
		for _, scope := range []idp.Scope{idp.ScopeRead, idp.ScopeUsers, idp.ScopeGroups, idp.ScopeAll} {
			t.Run(test.name+" with the scope "+string(scope), func(t *testing.T) {
				h := newServer(t, newFake(), as(idp.Caller{Credential: "okta", Scope: scope}, nil))
				w := serve(h, request(test.method, test.path, test.body))
				if let := strings.Contains(" "+test.let+" ", " "+string(scope)+" "); let {
					if w.Code == http.StatusForbidden || w.Code == http.StatusUnauthorized {
						t.Errorf("refused: %d %s", w.Code, w.Body)
					}
					return
				}
				detail := wantError(t, w, http.StatusForbidden, "")
				if !strings.Contains(detail, "scope "+test.lacks) || !strings.Contains(detail, `"okta"`) {
					t.Errorf("the detail does not say what is missing: %s", detail)
				}
				if got, want := w.Header().Get("WWW-Authenticate"), `Bearer realm="scim", error="insufficient_scope", scope="`+test.lacks+`"`; got != want {
					t.Errorf("challenge %q, want %q", got, want)
				}
			})
		}
	}
}

func TestTheDirectoryKnowsTheCaller(t *testing.T) {
	want := idp.Caller{Credential: "okta", Connection: "production", Scope: idp.ScopeRead}
	var got idp.Caller
	var ok bool
	d := &watching{fake: newFake(), seen: func(ctx context.Context) { got, ok = CallerFrom(ctx) }}
	serve(newServer(t, d, as(want, nil)), request("GET", "/Users/"+userID, ""))
	if !ok || got != want {
		t.Errorf("the directory sees %+v, %v", got, ok)
	}
	if _, ok := CallerFrom(t.Context()); ok {
		t.Error("there is a caller outside of a request")
	}
}

func TestARefusedCallerIsToldWhyAndEveryWayIn(t *testing.T) {
	refused := &idp.RefusedError{Detail: "The token was revoked.", Challenges: []string{`Bearer realm="scim"`, `Basic realm="scim"`}}
	w := serve(newServer(t, newFake(), as(idp.Caller{}, refused)), request("GET", "/Users", ""))
	if detail := wantError(t, w, http.StatusUnauthorized, ""); detail != refused.Detail {
		t.Errorf("the detail is %q", detail)
	}
	if got := w.Header().Values("WWW-Authenticate"); len(got) != 2 || got[0] != refused.Challenges[0] || got[1] != refused.Challenges[1] {
		t.Errorf("challenges %q", got)
	}
}

func TestASlowedAddressIsToldWhenToComeBack(t *testing.T) {
	refused := &idp.RefusedError{Detail: "The token is unknown.", RetryAfter: 40 * time.Second, Challenges: []string{"Bearer"}}
	w := serve(newServer(t, newFake(), as(idp.Caller{}, refused)), request("GET", "/Users", ""))
	wantError(t, w, http.StatusTooManyRequests, "")
	if w.Header().Get("Retry-After") < "40" || w.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("headers %v", w.Header())
	}
}

func TestACredentialThatCannotBeCheckedIsNotCalledWrong(t *testing.T) {
	err := &idp.UnavailableError{What: "the database", Err: errors.New("disk of secrets is gone")}
	w := serve(newServer(t, newFake(), as(idp.Caller{}, err)), request("GET", "/Users", ""))
	if detail := wantError(t, w, http.StatusServiceUnavailable, ""); strings.Contains(detail, "disk") {
		t.Errorf("the detail is %q", detail)
	}
	if w.Header().Get("Retry-After") == "" {
		t.Error("there is no Retry-After")
	}
}
