package oauth

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/authority"
	"scimforce/salesforce/simulator/simulatortest"
)

// authorized runs the web server flow with somebody who presses Allow, and is
// the error that it ends with; between comes between Allow and the exchange.
func (c *console) authorized(t *testing.T, r Request, between func()) error {
	t.Helper()
	authorizeURL, err := c.Begin(t.Context(), r)
	if err != nil {
		return err
	}
	back := c.host.MustAllow(authorizeURL, administrator).Query()
	between()
	_, err = c.Complete(t.Context(), r.Session, back)
	return err
}

func TestEveryMisconfigurationIsExplained(t *testing.T) {
	everywhereElse := simulator.LoginPolicy{IPRanges: map[string][]netip.Prefix{"": {netip.MustParsePrefix("192.0.2.0/24")}}}
	tests := []struct {
		name string
		// app and policy are what is wrong in the org, bridge what is wrong here.
		app     func(*simulator.App)
		policy  *simulator.LoginPolicy
		bridge  func(*settings)
		edition string
		// refresh asks with the refresh token; otherwise the web server flow is
		// gone through, with late happening between Allow and the exchange.
		refresh bool
		late    func(*testing.T, *loginHost)

		code, title, remedy string
	}{
		{
			name: "a consumer key that nobody knows", refresh: true,
			bridge: func(c *settings) { c.ConsumerKey = "another" },
			code:   "invalid_client_id", title: "does not know the consumer key", remedy: "ten minutes",
		},
		{
			name: "an app younger than ten minutes", refresh: true,
			app:  func(app *simulator.App) { app.KnownFrom = time.Now().Add(9 * time.Minute) },
			code: "invalid_client_id", title: "does not know the consumer key", remedy: "ten minutes",
		},
		{
			name: "a wrong consumer secret", app: func(app *simulator.App) { app.RequireSecretForWebServer = true },
			bridge: func(c *settings) { c.ConsumerSecret = "wrong" },
			code:   "invalid_client", title: "consumer secret is wrong", remedy: "check both",
		},
		{
			name:   "a consumer key that nobody knows, before anybody logs in",
			bridge: func(c *settings) { c.ConsumerKey = "another" },
			code:   "invalid_client_id", title: "does not know the consumer key", remedy: "ten minutes",
		},
		{
			name: "an app that was removed between Allow and the exchange", late: func(_ *testing.T, h *loginHost) { h.Authority().RemoveApp("key") },
			code: "invalid_client_id", title: "does not know the consumer key", remedy: "ten minutes",
		},
		{
			name:   "a callback URL that the app does not have",
			bridge: func(c *settings) { c.RedirectURL = "https://bridge.example/oauth/callback" },
			code:   "redirect_uri_mismatch", title: "callback URL", remedy: "https://bridge.example/oauth/callback",
		},
		{
			name: "a code that was revoked, or used by somebody else", late: func(_ *testing.T, h *loginHost) { h.RevokeAll() },
			code: "invalid_grant", title: "authorization code is expired or was used", remedy: "begin it again",
		},
		{
			name: "an address outside of the login IP ranges, at the exchange", late: func(t *testing.T, h *loginHost) {
				if err := h.SetLoginPolicy(h.Org, everywhereElse); err != nil {
					t.Fatal(err)
				}
			},
			code: "invalid_grant", title: "IP address", remedy: "login IP ranges",
		},
		{
			name: "an integration user who is frozen at the exchange",
			late: func(t *testing.T, h *loginHost) { h.freezeAdministrator(t) },
			code: "inactive_user", title: "inactive or frozen", remedy: "unfreeze",
		},
		{
			name: "an org that is closed at the exchange",
			late: func(t *testing.T, h *loginHost) {
				if err := h.SetLoginPolicy(h.Org, simulator.LoginPolicy{Closed: true}); err != nil {
					t.Fatal(err)
				}
			},
			code: "inactive_org", title: "org is closed", remedy: "ask Salesforce",
		},
		{
			name: "more logins than an hour has",
			late: func(t *testing.T, h *loginHost) {
				if err := h.SetLoginPolicy(h.Org, simulator.LoginPolicy{LoginsPerHour: 1}); err != nil {
					t.Fatal(err)
				}
				h.MustAccessToken(administrator)
				h.useUpLogins(t)
			},
			code: RateLimit, title: "Too many logins", remedy: "wait",
		},
		{
			name: "an edition without API", edition: "Essentials",
			code: "api_disabled_for_org", title: "no API", remedy: "another edition",
		},
		{
			name: "a user without API", late: func(t *testing.T, h *loginHost) { h.takeAPIAway(t) },
			code: "api_currently_disabled", title: "may not use the API", remedy: "API Enabled",
		},
		{
			name: "an app that is not installed, at the approval", app: func(app *simulator.App) { app.NotInstalled = true },
			code: "oauth_ec_app_not_found", title: "not installed", remedy: "install it",
		},
		{
			name: "an app that gives no refresh token by its policy",
			app:  func(app *simulator.App) { app.RefreshPolicy = authority.ExpireImmediately },
			code: "no_refresh_token", title: "no refresh token", remedy: "valid until revoked",
		},
		{
			name: "an app without the scope for a refresh token", app: func(app *simulator.App) { app.Scopes = []string{"api"} },
			code: "invalid_scope", title: "lacks scopes", remedy: "\"api\" and \"refresh_token\"",
		},
		{
			name: "scopes that the app does not allow", app: func(app *simulator.App) { app.Scopes = []string{"id"} },
			code: "invalid_scope", title: "lacks scopes", remedy: "\"api\" and \"refresh_token\"",
		},
		{
			name: "an address outside of the login IP ranges", refresh: true, policy: &everywhereElse,
			code: "invalid_grant", title: "IP address", remedy: "login IP ranges",
		},
		{
			name: "an app that an administrator has to approve", app: func(app *simulator.App) { app.ApprovedFor = []string{"Standard User"} },
			code: "oauth_app_access_denied", title: "administrator's approval", remedy: "access to the app",
		},
		{
			name: "an approval that was taken back", refresh: true, app: func(app *simulator.App) { app.ApprovedFor = []string{"Standard User"} },
			code: "invalid_app_access", title: "administrator's approval", remedy: "access to the app",
		},
		{
			name: "an app that is not installed", refresh: true, app: func(app *simulator.App) { app.NotInstalled = true },
			code: "app_not_found", title: "not installed", remedy: "install it",
		},
		{
			name: "a closed org", refresh: true, policy: &simulator.LoginPolicy{Closed: true},
			code: "inactive_org", title: "org is closed", remedy: "ask Salesforce",
		},
		{
			name: "an integration user who was frozen", refresh: true,
			late: func(t *testing.T, h *loginHost) { h.freezeAdministrator(t) },
			code: "inactive_user", title: "inactive or frozen", remedy: "unfreeze",
		},
		{
			name: "a refresh token that was revoked", refresh: true, late: func(_ *testing.T, h *loginHost) { h.RevokeAll() },
			code: "invalid_grant", title: "refresh token is not good any more", remedy: "authorize the bridge again",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			host := newLoginHost(t, "seed", func(c *simulatortest.Config) { c.Org.Edition = test.edition })
			db := newDatabase(t)
			a := newAuthorizer(t, host, db, test.bridge)
			if test.app != nil {
				host.sets(t, test.app)
			}
			if test.policy != nil {
				host.SetLoginPolicy(host.Org, *test.policy)
			}
			late := func() {
				if test.late != nil {
					test.late(t, host)
				}
			}
			var err error
			if test.refresh {
				late()
				_, err = a.Token(t.Context())
			} else {
				c := newConsole(t, host, db)
				r := c.request()
				if test.bridge != nil {
					given := settings{ConsumerKey: r.ConsumerKey, ConsumerSecret: r.ConsumerSecret, RedirectURL: r.RedirectURL}
					test.bridge(&given)
					r.ConsumerKey, r.ConsumerSecret, r.RedirectURL = given.ConsumerKey, given.ConsumerSecret, given.RedirectURL
				}
				err = c.authorized(t, r, late)
				if _, pending, _ := c.Pending(t.Context(), r.Session); pending {
					t.Error("what went wrong waits to be saved")
				}
			}
			if err == nil {
				t.Fatal("nothing is wrong")
			}
			got := Explain(err)
			if got.Code != test.code || !strings.Contains(got.Title, test.title) || !strings.Contains(got.Remedy, test.remedy) || got.Cause == "" {
				t.Errorf("%v is explained as %+v", err, got)
			}
		})
	}
}

// freezeAdministrator sets UserLogin.IsFrozen, as Setup does.
func (h *loginHost) freezeAdministrator(t *testing.T) {
	t.Helper()
	user, ok := h.Org.UserByUsername(administrator)
	if !ok {
		t.Fatal("no administrator")
	}
	id, _ := user["Id"].(string)
	logins := h.IDs("UserLogin", "UserId", id)
	if len(logins) == 0 {
		logins = []string{h.MustInsert("UserLogin", map[string]any{"UserId": id})}
	}
	h.MustUpdate("UserLogin", logins[0], map[string]any{"IsFrozen": true})
}

// useUpLogins logs the administrator in by the app.
func (h *loginHost) useUpLogins(t *testing.T) {
	t.Helper()
	a := newApp(h.URL, "key", "secret", h.Client())
	if _, err := a.refresh(t.Context(), h.MustGrant(administrator)); err != nil {
		t.Fatal(err)
	}
}

// takeAPIAway takes the permission API Enabled from the administrator.
func (h *loginHost) takeAPIAway(t *testing.T) {
	t.Helper()
	profile, _ := h.MustFind("User", h.Org.AdminID())["ProfileId"].(string)
	h.MustUpdate("Profile", profile, map[string]any{"PermissionsApiEnabled": false})
	if h.Org.MayUseAPI(h.Org.AdminID()) {
		t.Fatal("the administrator may use the API still")
	}
}
