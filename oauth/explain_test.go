package oauth

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/authority"
)

// authorized runs the web server flow with somebody who presses Allow, and is
// the error that it ends with.
func authorized(t *testing.T, host *loginHost, a *Authorizer, between func()) error {
	t.Helper()
	authorizeURL, state, err := a.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	back := host.MustAllow(authorizeURL, administrator).Query()
	if err := CallbackError(back); err != nil {
		return err
	}
	if between != nil {
		between()
	}
	return a.Complete(t.Context(), state, back.Get("code"))
}

func TestEveryMisconfigurationIsExplained(t *testing.T) {
	everywhereElse := simulator.LoginPolicy{IPRanges: map[string][]netip.Prefix{"": {netip.MustParsePrefix("192.0.2.0/24")}}}
	tests := []struct {
		name string
		// app and policy are what is wrong in the org, bridge what is wrong here.
		app    func(*simulator.App)
		policy *simulator.LoginPolicy
		bridge func(*Config)
		// refresh asks with the refresh token; otherwise the web server flow is
		// gone through, with late happening between Allow and the exchange.
		refresh bool
		late    func(*testing.T, *loginHost)

		code, title, remedy string
	}{
		{
			name: "a consumer key that nobody knows", refresh: true,
			bridge: func(c *Config) { c.ConsumerKey = "another" },
			code:   "invalid_client_id", title: "does not know the consumer key", remedy: "ten minutes",
		},
		{
			name: "an app younger than ten minutes", refresh: true,
			app:  func(app *simulator.App) { app.KnownFrom = time.Now().Add(9 * time.Minute) },
			code: "invalid_client_id", title: "does not know the consumer key", remedy: "ten minutes",
		},
		{
			name: "a wrong consumer secret", app: func(app *simulator.App) { app.RequireSecretForWebServer = true },
			bridge: func(c *Config) { c.ConsumerSecret = "wrong" },
			code:   "invalid_client", title: "consumer secret is wrong", remedy: "check both",
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
			host := newLoginHost(t, "seed")
			a := newAuthorizer(t, host, newDatabase(t), test.bridge)
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
				err = authorized(t, host, a, late)
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

func TestDenyIsExplained(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	authorizeURL, _, err := a.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := Explain(CallbackError(host.MustDeny(authorizeURL, administrator).Query()))
	if got.Code != "access_denied" || !strings.Contains(got.Cause, "pressed Deny") {
		t.Errorf("%+v", got)
	}
	mustToken(t, a) // the grant that is in use stays
}

func TestCallbackOpenedTwiceIsExplained(t *testing.T) {
	host := newLoginHost(t, "")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	authorizeURL, state, err := a.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code, _ := host.allow(t, authorizeURL)
	if err := a.Complete(t.Context(), state, code); err != nil {
		t.Fatal(err)
	}
	got := Explain(a.Complete(t.Context(), state, code))
	if got.Code != "state" || !strings.Contains(got.Cause, "opened twice") {
		t.Errorf("%+v", got)
	}
}

// A callback URL that the app does not have never comes back to the bridge:
// Salesforce shows the error on a page of its own.
func TestCallbackURLThatTheAppDoesNotHaveIsExplained(t *testing.T) {
	host := newLoginHost(t, "")
	a := newAuthorizer(t, host, newDatabase(t), func(c *Config) { c.RedirectURL = "https://elsewhere.example/oauth/callback" })
	authorizeURL, _, err := a.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer, err := host.Client().Get(authorizeURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "redirect_uri_mismatch") {
		t.Errorf("the page says %s", page)
	}
	got := Explain(&GrantLostError{Code: "redirect_uri_mismatch"})
	if !strings.Contains(got.Remedy, "callback URL") {
		t.Errorf("%+v", got)
	}
}

func TestLoginHostThatCannotBeReachedIsExplained(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), func(c *Config) { c.HTTPClient = host.Client() })
	host.RefuseConnections(1)
	_, err := a.Token(t.Context())
	got := Explain(err)
	if got.Code != "unavailable" || !strings.Contains(got.Remedy, "login URL") {
		t.Errorf("%v is explained as %+v", err, got)
	}
}

func TestPageThatIsNoOAuthAnswerIsExplained(t *testing.T) {
	host := newLoginHost(t, "seed")
	host.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = fmt.Fprint(w, "<html>It works!</html>")
		return true
	})
	a := newAuthorizer(t, host, newDatabase(t), nil)
	_, err := a.Token(t.Context())
	if got := Explain(err); got.Code != "unavailable" || !strings.Contains(got.Cause, "no OAuth answer") {
		t.Errorf("%v is explained as %+v", err, got)
	}
}

func TestTextOfACallbackIsBoundedAndNotShown(t *testing.T) {
	err := CallbackError(url.Values{"error": {strings.Repeat("x", 1000) + "\r\n"}, "error_description": {"call 0900-555"}})
	got := Explain(err)
	if shown := fmt.Sprint(got); strings.Contains(shown, "0900") || len(got.Code) > 210 {
		t.Errorf("%s", shown)
	}
	if CallbackError(url.Values{"code": {"c"}}) != nil {
		t.Error("an error without one")
	}
}

func TestEveryRowOfTheTableSaysTitleCauseAndRemedy(t *testing.T) {
	for _, r := range refusals() {
		for what, text := range map[string]string{"title": r.title, "cause": r.cause, "remedy": r.remedy} {
			if text == "" || strings.HasSuffix(text, ".") {
				t.Errorf("the %s of %s %q is %q", what, r.code, r.phrase, text)
			}
		}
	}
}
