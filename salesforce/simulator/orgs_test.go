package simulator

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
)

const (
	otherAdmin = "admin@globex.example"
	otherBase  = "http://globex.my.salesforce.example"
	loginURL   = "http://login.salesforce.example"
)

// twoOrgs is acme and globex behind one login host.
func twoOrgs(t *testing.T) (f *fixture, globex *org.Org) {
	t.Helper()
	globex, err := org.New(org.Config{Users: 2, Seed: 2, AdminUsername: otherAdmin})
	if err != nil {
		t.Fatal(err)
	}
	globex.SetPassword(globex.AdminID(), testPassword)
	f = start(t, func(c *Config, _ *org.Config) {
		c.MoreOrgs = []Tenant{{Org: globex, BaseURL: otherBase}}
		c.LoginURL = loginURL
		c.App.ClientCredentials, c.App.RunAs = true, otherAdmin
	})
	return f, globex
}

// at sends a request to a host.
func (f *fixture) at(base, method, path string, form url.Values, token string) reply {
	f.t.Helper()
	address, err := url.Parse(base)
	if err != nil {
		f.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Host = address.Host
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	got, err := f.do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	return got
}

func TestTwoOrgsBehindOneLoginHost(t *testing.T) {
	f, globex := twoOrgs(t)
	refresh, err := f.Grant(otherAdmin)
	if err != nil {
		t.Fatal(err)
	}
	token := tokenOf(t, f.at(loginURL, "POST", "/services/oauth2/token", refreshWith(refresh), ""))
	if token.InstanceURL != otherBase || token.ID != loginURL+"/id/"+globex.ID()+"/"+globex.AdminID() || !strings.HasPrefix(token.AccessToken, globex.ID()[:15]+"!") {
		t.Errorf("instance %s, id %s, token %.20s", token.InstanceURL, token.ID, token.AccessToken)
	}
	identity := "/id/" + globex.ID() + "/" + globex.AdminID()
	tests := []struct {
		name, base, method, path string
		form                     url.Values
		token                    string
		status                   int
		part                     string
	}{
		{"the API at the org's own address", otherBase, "GET", "/services/data/v66.0/sobjects/User/" + globex.AdminID(), nil, token.AccessToken, 200, otherAdmin},
		{"the API at another org's address", testBase, "GET", "/services/data/v66.0/limits", nil, token.AccessToken, 401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`},
		{"another org's token at this address", otherBase, "GET", "/services/data/v66.0/limits", nil, f.token, 401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`},
		{"identity at the login host", loginURL, "GET", identity, nil, token.AccessToken, 200, `"username":"` + otherAdmin + `"`},
		{"identity at the org's address", otherBase, "GET", identity, nil, token.AccessToken, 200, `"username":"` + otherAdmin + `"`},
		{"identity with another org's token", loginURL, "GET", identity, nil, f.token, 403, "Wrong_Org"},
		{"user info at another org's address", testBase, "GET", "/services/oauth2/userinfo", nil, token.AccessToken, 403, "Wrong_Org"},
		{"refresh at another org's address", testBase, "POST", "/services/oauth2/token", refreshWith(refresh), "", 400, "expired access/refresh token"},
		{"refresh at the org's address", otherBase, "POST", "/services/oauth2/token", refreshWith(refresh), "", 200, otherBase},
		{"client credentials at the login host", loginURL, "POST", "/services/oauth2/token", clientCredentials(), "", 400, `{"error":"invalid_grant","error_description":"request not supported on this domain"}`},
		{"client credentials at the org's address", otherBase, "POST", "/services/oauth2/token", clientCredentials(), "", 200, otherBase},
		{"client credentials at another org's address", testBase, "POST", "/services/oauth2/token", clientCredentials(), "", 400, "no client credentials user enabled"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := f.at(test.base, test.method, test.path, test.form, test.token)
			if r.status != test.status || !strings.Contains(r.body, test.part) {
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
}

func clientCredentials() url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {testKey}, "client_secret": {testSecret}}
}

func TestTheLoginHostKnowsEveryUserAndAnOrgItsOwn(t *testing.T) {
	f, _ := twoOrgs(t)
	tests := []struct {
		name, base, username string
		lets                 bool
	}{
		{"first org's user at the login host", loginURL, testAdmin, true},
		{"second org's user at the login host", loginURL, otherAdmin, true},
		{"second org's user at his org", otherBase, otherAdmin, true},
		{"second org's user at the first org", testBase, otherAdmin, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := f.browser()
			b.host = test.base
			values := login(testPassword)
			values.Set("username", test.username)
			page := b.submit(b.open(authorizePath(nil), nil), values)
			if lets := strings.Contains(page.body, "Allow Access?"); lets != test.lets {
				t.Errorf("lets in: %t: %s", lets, page.body)
			}
		})
	}
}

func TestASessionWithoutTheScopeAPIIsNoGoodForREST(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) { c.App.Scopes = []string{"id", "refresh_token"} })
	r := f.call("GET", "/services/data/v66.0/limits", "")
	if want := `[{"message":"This session is not valid for use with the REST API","errorCode":"INVALID_SESSION_ID"}]`; r.status != http.StatusUnauthorized || r.body != want {
		t.Errorf("%d %s", r.status, r.body)
	}
}
