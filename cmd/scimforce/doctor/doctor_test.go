package doctor

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"scimforce/oauth"
	"scimforce/salesforce"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/simulatortest"
)

var update = flag.Bool("update", false, "write golden files")

const (
	bridgeUser = "bridge@acme.example"
	bridgeSet  = "SCIMForce_Bridge"
	minimum    = "Minimum Access - Salesforce"
)

// needed are the API names of the permissions of a sound user.
func needed() []string {
	var names []string
	for _, p := range required() {
		names = append(names, p.name)
	}
	return names
}

// patient is a simulated org with an integration user, and what examines it.
type patient struct {
	*simulatortest.Server
	t      *testing.T
	config Config
}

// keyring authorizes by a session that was begun before, or not at all.
type keyring struct {
	token *oauth2.Token
	err   error
	ended error // why there is no other session
}

func (k keyring) Token(context.Context) (*oauth2.Token, error) { return k.token, k.err }

func (k keyring) Renew(context.Context, *oauth2.Token) (*oauth2.Token, error) {
	return k.token, cmp.Or(k.ended, k.err)
}

// as makes a user the connection's. His session begins now.
func (p *patient) as(username string) {
	p.t.Helper()
	row, _ := p.Org.UserByUsername(username)
	id, _ := row["Id"].(string)
	keys := keyring{token: (&oauth2.Token{AccessToken: p.MustAccessToken(username)}).WithExtra(map[string]any{
		"instance_url": p.URL, "id": p.URL + "/id/" + p.Org.ID() + "/" + id,
	})}
	p.with(keys)
}

// renews makes the login host refuse another session.
func (p *patient) renews(err error) {
	p.t.Helper()
	keys, _ := p.config.Authorizer.(keyring)
	keys.ended = err
	p.with(keys)
}

// with examines with what the keyring opens.
func (p *patient) with(keys keyring) {
	p.t.Helper()
	client, err := salesforce.New(salesforce.Config{Authorizer: keys, HTTPClient: p.Client(), MaxAttempts: 1})
	if err != nil {
		p.t.Fatal(err)
	}
	p.config.Authorizer, p.config.Salesforce = keys, client
}

// newPatient starts a sound org, whose configuration change may make ill. The
// user's permissions are replaced by what permissions holds.
func newPatient(t *testing.T, permissions []string, change ...func(*simulatortest.Config)) *patient {
	t.Helper()
	server := simulatortest.New(t, append([]func(*simulatortest.Config){func(c *simulatortest.Config) {
		c.Org.Profiles = []org.Profile{{Name: "Bridge", Permissions: []string{}}}
		c.Org.PermissionSets = []org.PermissionSet{{Name: bridgeSet, Permissions: permissions}}
		c.Org.People = []org.Person{{
			Fields:  map[string]any{"Username": bridgeUser, "LastName": "Bridge"},
			Profile: "Bridge", PermissionSets: []string{bridgeSet},
		}}
	}}, change...)...)
	bridge := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			http.NotFound(w, r)
		}
	})
	public, plain := httptest.NewTLSServer(bridge), httptest.NewServer(bridge)
	t.Cleanup(public.Close)
	t.Cleanup(plain.Close)
	transport := public.Client().Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.ServerName = "example.com" // whom the test certificate is for
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		switch address {
		case "scim.acme.example:443":
			address = public.Listener.Addr().String()
		case "scim.acme.example:80":
			address = plain.Listener.Addr().String()
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	t.Cleanup(transport.CloseIdleConnections)
	p := &patient{Server: server, t: t, config: Config{
		Connection: oauth.Connection{Name: "production", Flow: oauth.ClientCredentialsFlow},
		HTTPClient: &http.Client{Transport: transport}, DefaultProfile: minimum, PublicURL: "https://scim.acme.example",
	}}
	p.as(bridgeUser)
	return p
}

func (p *patient) run() Report {
	p.t.Helper()
	return Run(p.t.Context(), p.config)
}

// dump is the whole org.
func (p *patient) dump() string {
	p.t.Helper()
	var b bytes.Buffer
	if err := p.Org.Dump(&b); err != nil {
		p.t.Fatal(err)
	}
	return b.String()
}

func TestASoundConnectionIsGreenThroughout(t *testing.T) {
	p := newPatient(t, needed())
	report := p.run()
	for _, c := range report.Checks {
		if c.State != OK || c.Remedy != "" {
			t.Errorf("%s is %s: %s %s", c.ID, c.State, c.Detail, c.Remedy)
		}
	}
	if report.Calls > 4 {
		t.Errorf("it took %d calls", report.Calls)
	}
	if !report.OK() || report.Worst() != OK {
		t.Error("the report as a whole is not ok")
	}
}

func TestEachFaultIsFoundAndHasARemedy(t *testing.T) {
	without := func(name string) []string {
		// Manage Users brings the others along.
		return slices.DeleteFunc(needed(), func(n string) bool { return n == name || n == "ManageUsers" })
	}
	at := func(d time.Duration) func(*patient) {
		return func(p *patient) { p.config.Now = func() time.Time { return time.Now().Add(d) } }
	}
	tests := []struct {
		name        string
		permissions []string
		org         func(*simulatortest.Config)
		change      func(*patient)
		check       string
		want        State
		says        string
	}{
		{name: "a grant that Salesforce has ended", check: "token", want: Failed, says: "invalid_grant", change: func(p *patient) {
			p.config.Authorizer = keyring{err: &oauth.GrantLostError{Code: "invalid_grant", Description: "expired access/refresh token"}}
		}},
		{name: "checks behind a lost grant are unknown, never green", check: "api", want: Unknown, says: "earlier failure", change: func(p *patient) {
			p.config.Authorizer = keyring{err: &oauth.GrantLostError{Code: "invalid_grant"}}
		}},
		{name: "a user without API Enabled", permissions: slices.DeleteFunc(needed(), func(n string) bool { return n == "ApiEnabled" }), check: "api", want: Failed, says: "may not use the API"},
		{name: "an edition without API", org: func(c *simulatortest.Config) { c.Org.Edition = "Essentials" }, check: "api", want: Failed, says: "not enabled for this org"},
		{name: "an allocation that is used up", check: "api", want: Failed, says: "are used up", change: func(p *patient) {
			p.SetAPIUsage(10 * p.Org.DailyAPIRequests()) // the limit that is enforced
		}},
		{name: "an allocation that is used up, before anybody else is asked", check: "permission-manage-users", want: Unknown, says: "earlier failure", change: func(p *patient) {
			p.SetAPIUsage(10 * p.Org.DailyAPIRequests()) // the limit that is enforced
		}},
		{name: "a refresh token whose policy nobody tells", check: "refresh-token-policy", want: Unknown, says: "does not tell", change: func(p *patient) {
			p.config.Connection.Flow = oauth.WebServerFlow
		}},
		{name: "a refresh token that is replaced at each use", check: "refresh-token-policy", want: Warning, says: "replaces", change: func(p *patient) {
			p.config.Connection.Flow = oauth.WebServerFlow
			p.config.Connection.RefreshTokenSince = time.Now()
		}},
		{name: "a user without Manage Users", permissions: slices.DeleteFunc(needed(), func(n string) bool { return n == "ManageUsers" }), check: "permission-manage-users", want: Failed, says: "frozen"},
		{name: "a user without Manage Internal Users", permissions: without("ManageInternalUsers"), check: "permission-manage-internal-users", want: Failed, says: "created"},
		{name: "a user without Assign Permission Sets", permissions: without("AssignPermissionSets"), check: "permission-assign-permission-sets", want: Failed, says: "permission set"},
		{name: "a user without View All Users", permissions: without("ViewAllUsers"), check: "permission-view-all-users", want: Failed, says: "missing"},
		{name: "a user without View Roles", permissions: without("ViewRoles"), check: "permission-view-roles", want: Failed, says: "role"},
		{name: "a user without View Setup", permissions: without("ViewSetup"), check: "permission-view-setup", want: Failed, says: "profile"},
		{name: "a user who may do nothing but use the API", permissions: []string{"ApiEnabled"}, check: "permission-manage-internal-users", want: Unknown, says: "cannot be read"},
		{name: "fields that the user does not see", permissions: without("ViewRoles"), check: "user-fields", want: Failed, says: "invisible: UserRoleId"},
		{name: "a default profile that is not there", check: "default-profile", want: Failed, says: `"Sales"`, change: func(p *patient) { p.config.DefaultProfile = "Sales" }},
		{name: "no default profile", check: "default-profile", want: Warning, says: "None is configured", change: func(p *patient) { p.config.DefaultProfile = "" }},
		{name: "a licence without a free seat", check: "default-profile-seats", want: Failed, says: "Identity", org: func(c *simulatortest.Config) {
			c.Org.LicenseSeats = map[string]int{"Identity": 0}
		}, change: func(p *patient) { p.config.DefaultProfile = "Identity User" }},
		{name: "a custom field that every user must have", check: "required-fields", want: Warning, says: "Badge__c", org: func(c *simulatortest.Config) {
			c.Org.CustomFields = []org.CustomField{{Name: "Badge__c", Required: true}}
			c.Org.Users, c.Org.People[0].Fields["Badge__c"] = 0, "1"
		}},
		{name: "an allocation with less than a fifth left", check: "allocation", want: Warning, says: "are left", change: func(p *patient) {
			p.SetAPIUsage(p.Org.DailyAPIRequests() * 85 / 100)
		}},
		{name: "an allocation with next to nothing left", check: "allocation", want: Failed, says: "are left", change: func(p *patient) {
			p.SetAPIUsage(p.Org.DailyAPIRequests() * 97 / 100)
		}},
		{name: "a clock two minutes ahead", check: "clock", want: Warning, says: "2m0s ahead of", change: at(2 * time.Minute)},
		{name: "a clock two minutes behind", check: "clock", want: Warning, says: "2m0s behind", change: at(-2 * time.Minute)},
		{name: "a clock four minutes off with assertions", check: "clock", want: Failed, says: "assertions", change: func(p *patient) {
			at(4 * time.Minute)(p)
			p.config.Connection.Flow = oauth.JWTBearerFlow
		}},
		{name: "a public address where nobody is", check: "public-url", want: Failed, says: "cannot be reached", change: func(p *patient) {
			p.config.PublicURL = "http://127.0.0.1:1"
		}},
		{name: "a public address that answers something else", check: "public-url", want: Failed, says: "404", change: func(p *patient) { p.config.PublicURL += "/elsewhere" }},
		{name: "a public address on this machine only", check: "public-url", want: Warning, says: "only on this machine", change: func(p *patient) {
			bridge := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			p.t.Cleanup(bridge.Close)
			p.config.PublicURL = bridge.URL
		}},
		{name: "no public address", check: "public-url", want: Warning, says: "None is configured", change: func(p *patient) { p.config.PublicURL = "" }},
		{name: "a certificate about to end", check: "public-url", want: Warning, says: "certificate ends", change: func(p *patient) {
			p.config.Now = func() time.Time { return time.Date(2084, 1, 20, 0, 0, 0, 0, time.UTC) } // net/http/httptest's ends 2084-01-29
		}},
		{name: "a person's all-powerful account", check: "least-privilege", want: Warning, says: "System Administrator", change: func(p *patient) {
			p.as(simulatortest.Admin)
		}},
		{name: "a user who was deactivated while the access token lasted", check: "token", want: Failed, says: "inactive", change: func(p *patient) {
			row, _ := p.Org.UserByUsername(bridgeUser)
			id, _ := row["Id"].(string)
			p.renews(&oauth.GrantLostError{Code: "inactive_user", Description: "user is inactive"})
			p.MustUpdate("User", id, map[string]any{"IsActive": false})
		}},
		{name: "what is behind a user who was deactivated", check: "api", want: Unknown, says: "earlier failure", change: func(p *patient) {
			p.renews(&oauth.GrantLostError{Code: "inactive_user", Description: "user is inactive"})
			p.ExpireSessions()
		}},
		{name: "a public address without TLS", check: "public-url", want: Warning, says: "without TLS", change: func(p *patient) {
			p.config.PublicURL = "http://scim.acme.example"
		}},
		{name: "a public address that is none", check: "public-url", want: Failed, says: "no URL", change: func(p *patient) {
			p.config.PublicURL = "scim.acme.example"
		}},
		{name: "a user who was frozen", check: "user-active", want: Failed, says: "frozen", change: func(p *patient) {
			row, _ := p.Org.UserByUsername(bridgeUser)
			id, _ := row["Id"].(string)
			login, _ := p.Org.RecordLogin(id)
			p.Org.SetSystemRow("UserLogin", login, org.Row{"IsFrozen": true})
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			permissions := test.permissions
			if permissions == nil {
				permissions = needed()
			}
			change := test.org
			if change == nil {
				change = func(*simulatortest.Config) {}
			}
			p := newPatient(t, permissions, change)
			if test.change != nil {
				test.change(p)
			}
			before := p.dump()
			report := p.run()
			i := slices.IndexFunc(report.Checks, func(c Check) bool { return c.ID == test.check })
			if i < 0 {
				t.Fatalf("no check %s", test.check)
			}
			c := report.Checks[i]
			if c.State != test.want || !strings.Contains(c.Detail, test.says) {
				t.Errorf("%s: %s, %q; want %s with %q", c.ID, c.State, c.Detail, test.want, test.says)
			}
			if (c.State == Failed || c.State == Warning) && c.Remedy == "" {
				t.Error("there is no remedy")
			}
			if report.Calls > 4 {
				t.Errorf("it took %d calls", report.Calls)
			}
			if before != p.dump() {
				t.Error("the examination changed the org")
			}
		})
	}
}

func TestStateAndCountryPicklistsAreOnOrOff(t *testing.T) {
	for _, on := range []bool{false, true} {
		p := newPatient(t, needed(), func(c *simulatortest.Config) { c.Org.StateCountryPicklists = on })
		i := slices.IndexFunc(p.run().Checks, func(c Check) bool { return c.ID == "state-picklists" })
		if c := p.run().Checks[i]; c.State != OK || strings.Contains(c.Detail, "They are on") != on {
			t.Errorf("picklists %v: %s, %s", on, c.State, c.Detail)
		}
	}
}

func TestReportsLookAsRecorded(t *testing.T) {
	report := Report{Connection: "production", At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Calls: 2, Checks: []Check{
		{"token", "Authorization", OK, "Salesforce gives access tokens.", ""},
		{"allocation", "API calls left today", Warning, "1500 of 15000 are left.", "Find what uses them in Setup, API Usage."},
		{"default-profile", "Default profile", Failed, `The org has no profile "Sales".`, "Set defaults.profile in the configuration file."},
		{"default-profile-seats", "Seats of its licence", Unknown, "The default profile does not exist.", ""},
	}}
	var text bytes.Buffer
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", text.Bytes())
	body, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.json", append(body, '\n'))
	if report.OK() || report.Worst() != Failed {
		t.Error("a failed check leaves the report ok")
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}
