package authority

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"scimforce/salesforce/simulator/org"
)

// refusedLine is a refusal of the token endpoint on one line.
func refusedLine(code, description string) string {
	return `Bad Request | application/json | {"error":"` + code + `","error_description":"` + description + `"}`
}

// TestEachMisconfigurationHasItsAnswerAtTheTokenEndpoint sets one thing wrong
// after the refresh token and the code were had, and asks for a token. source
// says where the words come from: "recorded", "doc", or "unverified".
func TestEachMisconfigurationHasItsAnswerAtTheTokenEndpoint(t *testing.T) {
	elsewhere := map[string][]netip.Prefix{"": {netip.MustParsePrefix("203.0.113.0/24")}}
	refresh := func(_, token string) url.Values { return refreshForm(token) }
	redeem := func(code, _ string) url.Values { return codeForm(code) }
	without := func(send func(code, token string) url.Values, name string) func(code, token string) url.Values {
		return func(code, token string) url.Values {
			values := send(code, token)
			values.Del(name)
			return values
		}
	}
	credentials := func(_, _ string) url.Values {
		return form("grant_type", "client_credentials", "client_id", key, "client_secret", secret)
	}
	byPassword := func(_, _ string) url.Values {
		return form("grant_type", "password", "client_id", key, "client_secret", secret, "username", admin, "password", password)
	}
	tests := []struct {
		name, source string
		wrong        func(k *kit)
		send         func(code, token string) url.Values
		want         string
	}{
		{"consumer key unknown", "recorded", func(k *kit) { k.RemoveApp(key) }, refresh, refusedLine("invalid_client_id", "client identifier invalid")},
		{"app younger than ten minutes", "recorded", func(k *kit) { k.with(func(a *App) { a.KnownFrom = k.clock().Add(time.Minute) }) }, refresh, refusedLine("invalid_client_id", "client identifier invalid")},
		{"secret changed", "recorded", func(k *kit) { k.with(func(a *App) { a.ConsumerSecret = "new" }) }, refresh, refusedLine("invalid_client", "invalid client credentials")},
		{"secret required for refresh", "recorded", func(k *kit) { k.with(func(a *App) { a.RequireSecretForRefresh = true }) }, without(refresh, "client_secret"), refusedLine("invalid_client", "invalid client credentials")},
		{"secret required for web server flow", "recorded", func(k *kit) { k.with(func(a *App) { a.RequireSecretForWebServer = true }) }, without(redeem, "client_secret"), refusedLine("invalid_client", "invalid client credentials")},
		{"refresh token expires immediately", "doc", func(k *kit) { k.with(func(a *App) { a.RefreshPolicy = ExpireImmediately }) }, refresh, refusedLine("invalid_grant", "expired access/refresh token")},
		{"refresh token unused for too long", "doc", func(k *kit) {
			k.with(func(a *App) { a.RefreshPolicy, a.RefreshLife = ExpireUnused, time.Hour })
			k.pass(61 * time.Minute)
		}, refresh, refusedLine("invalid_grant", "expired access/refresh token")},
		{"refresh token too old", "doc", func(k *kit) {
			k.with(func(a *App) { a.RefreshPolicy, a.RefreshLife = ExpireAfter, time.Hour })
			k.pass(61 * time.Minute)
		}, refresh, refusedLine("invalid_grant", "expired access/refresh token")},
		{"revoked by the administrator", "doc", func(k *kit) { k.RevokeAll() }, refresh, refusedLine("invalid_grant", "expired access/refresh token")},
		{"code revoked", "client comment", func(k *kit) { k.RevokeAll() }, redeem, refusedLine("invalid_grant", "expired authorization code")},
		{"code too old", "client comment", func(k *kit) { k.pass(15*time.Minute + time.Second) }, redeem, refusedLine("invalid_grant", "expired authorization code")},
		{"scope sent with a refresh", "recorded", func(*kit) {}, func(_, token string) url.Values { return refreshForm(token, "scope", "api") }, refusedLine("invalid_request", "scope parameter not supported")},
		{"code of another app", "unverified", func(k *kit) {
			if err := k.SetApp(App{ConsumerKey: "other", ConsumerSecret: "s"}); err != nil {
				k.t.Fatal(err)
			}
		}, func(code, _ string) url.Values {
			values := codeForm(code)
			values.Set("client_id", "other")
			values.Set("client_secret", "s")
			return values
		}, refusedLine("invalid_grant", "expired authorization code")},
		{"verifier missing", "unverified", func(*kit) {}, without(redeem, "code_verifier"), refusedLine("invalid_grant", "missing required code verifier")},
		{"callback not that of the code", "recorded", func(*kit) {}, without(redeem, "redirect_uri"), refusedLine("redirect_uri_mismatch", "redirect_uri must match configuration")},
		{"address outside the login IP ranges, refresh", "recorded", func(k *kit) { k.policy(LoginPolicy{IPRanges: elsewhere}) }, refresh, refusedLine("invalid_grant", "ip restricted")},
		{"address outside the login IP ranges, code", "recorded", func(k *kit) { k.policy(LoginPolicy{IPRanges: elsewhere}) }, redeem, refusedLine("invalid_grant", "ip restricted")},
		{"user not approved by the administrator", "recorded", func(k *kit) { k.with(func(a *App) { a.ApprovedFor = []string{"Nobody"} }) }, refresh, refusedLine("invalid_app_access", "user is not admin approved to access this app")},
		{"app not installed", "recorded", func(k *kit) { k.with(func(a *App) { a.NotInstalled = true }) }, refresh, refusedLine("app_not_found", "External client app is not installed in this org")},
		{"user frozen", "unverified", freezeAdmin, refresh, refusedLine("inactive_user", "user is inactive")},
		{"org closed", "unverified", func(k *kit) { k.policy(LoginPolicy{Closed: true}) }, refresh, refusedLine("inactive_org", "organization is locked, closed, or suspended")},
		{"logins of the hour used up", "unverified", func(k *kit) {
			k.policy(LoginPolicy{LoginsPerHour: 1})
			k.token(refreshForm(k.refreshToken()))
		}, refresh, refusedLine("invalid_grant", "login rate exceeded")},
		{"client credentials flow off", "recorded", func(*kit) {}, credentials, refusedLine("invalid_grant", "client credentials flow not enabled")},
		{"client credentials without a user", "recorded", func(k *kit) { k.with(func(a *App) { a.ClientCredentials = true }) }, credentials, refusedLine("invalid_grant", "no client credentials user enabled")},
		{"client credentials without scopes", "secondary", func(k *kit) {
			k.with(func(a *App) { a.ClientCredentials, a.RunAs, a.Scopes = true, admin, []string{"refresh_token"} })
		}, credentials, refusedLine("invalid_grant", "no valid scopes defined")},
		{"client credentials without the secret", "recorded", func(k *kit) { k.with(func(a *App) { a.ClientCredentials, a.RunAs = true, admin }) }, without(credentials, "client_secret"), refusedLine("invalid_client", "invalid client credentials")},
		{"username-password flow off in the app", "unverified", func(k *kit) { k.policy(LoginPolicy{PasswordFlow: true}) }, byPassword, refusedLine("invalid_grant", "authentication failure")},
		{"username-password flow off in the org", "unverified", func(k *kit) { k.with(func(a *App) { a.PasswordFlow = true }) }, byPassword, refusedLine("invalid_grant", "authentication failure")},
		{"security token missing", "recorded", func(k *kit) {
			k.with(func(a *App) { a.PasswordFlow = true })
			k.policy(LoginPolicy{PasswordFlow: true, SecurityTokens: map[string]string{admin: "tok"}})
		}, byPassword, refusedLine("invalid_grant", "authentication failure")},
		{"device flow", "unverified", func(*kit) {}, func(_, _ string) url.Values { return form("response_type", "device_code", "client_id", key) }, refusedLine("invalid_request", "device flow not enabled")},
		{"grant type unknown", "recorded", func(*kit) {}, func(_, _ string) url.Values { return form("grant_type", "x", "client_id", key) }, refusedLine("unsupported_grant_type", "grant type not supported")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := start(t)
			code, token := k.code(), k.refreshToken()
			test.wrong(k)
			r := k.token(test.send(code, token))
			if got := r.line(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if r.header.Get("Cache-Control") != "no-store" {
				t.Errorf("Cache-Control %q", r.header.Get("Cache-Control"))
			}
		})
	}
}

func freezeAdmin(k *kit) {
	k.t.Helper()
	login, ok := k.org.RecordLogin(k.org.AdminID())
	if !ok {
		k.t.Fatal("no UserLogin")
	}
	if errs := k.org.Update(org.Actor{}, "UserLogin", login, map[string]any{"IsFrozen": true}); errs != nil {
		k.t.Fatal(errs)
	}
}

// TestEachMisconfigurationHasItsAnswerAtTheAuthorizePage asks for a code. want
// is the query of the callback, or the text of a page without redirect.
func TestEachMisconfigurationHasItsAnswerAtTheAuthorizePage(t *testing.T) {
	set := func(change func(*App)) func(*kit) { return func(k *kit) { k.with(change) } }
	tests := []struct {
		name, source string
		wrong        func(k *kit)
		parameters   []string
		want         string
	}{
		{"consumer key unknown", "recorded", func(*kit) {}, []string{"client_id", "x"}, "error=invalid_client_id&error_description=client%20identifier%20invalid"},
		{"app younger than ten minutes", "recorded", func(k *kit) { k.with(func(a *App) { a.KnownFrom = k.clock().Add(time.Minute) }) }, nil, "error=invalid_client_id&error_description=client%20identifier%20invalid"},
		{"callback not configured", "recorded", set(func(a *App) { a.CallbackURLs = []string{"https://other.example/"} }), nil, "error=redirect_uri_mismatch&error_description=redirect_uri must match configuration"},
		{"callback missing", "unverified", func(*kit) {}, []string{"redirect_uri", ""}, "error=redirect_uri_missing&error_description=redirect_uri%20not%20provided"},
		{"PKCE required", "recorded", set(func(a *App) { a.RequirePKCE = true }), []string{"code_challenge", ""}, "?error=invalid_request&error_description=missing+required+code+challenge&state=s"},
		{"PKCE plain", "unverified", func(*kit) {}, []string{"code_challenge_method", "plain"}, "?error=invalid_request&error_description=code+challenge+method+not+supported&state=s"},
		{"scope not configured", "recorded", func(*kit) {}, []string{"scope", "api full"}, "?error=invalid_scope&error_description=the+requested+scope+is+invalid&state=s"},
		{"user-agent flow off", "unverified", func(*kit) {}, []string{"response_type", "token"}, "?error=unsupported_response_type&error_description=response+type+not+supported&state=s"},
		{"immediate without a login", "memory", func(*kit) {}, []string{"immediate", "true"}, "?error=immediate_unsuccessful&state=s"},
		{"app not installed", "recorded", set(func(a *App) { a.NotInstalled = true }), nil, "?error=OAUTH_EC_APP_NOT_FOUND&error_description=External+client+app+is+not+installed+in+this+org&state=s"},
		{"user not approved by the administrator", "recorded", set(func(a *App) { a.ApprovedFor = []string{"Nobody"} }), nil, "?error=OAUTH_APP_ACCESS_DENIED&error_description=user+is+not+admin+approved+to+access+this+app&state=s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := start(t)
			test.wrong(k)
			b := k.browser()
			page := b.open(authorizePath(test.parameters...), nil)
			if strings.Contains(page.body, `type="password"`) {
				page = b.submit(page, "username", admin, "password", password)
			}
			if query, ok := strings.CutPrefix(test.want, "?"); ok {
				if page.location == nil || page.location.RawQuery != query || page.status != http.StatusFound {
					t.Errorf("%d, sent to %v, want %s", page.status, page.location, query)
				}
				return
			}
			if page.status != http.StatusBadRequest || page.body != test.want || page.location != nil {
				t.Errorf("%d %s, sent to %v, want %s", page.status, page.body, page.location, test.want)
			}
		})
	}
}

func TestALoginFromOutsideTheRangesIsRefusedUnlessTheAppRelaxesThem(t *testing.T) {
	k := start(t)
	k.policy(LoginPolicy{IPRanges: map[string][]netip.Prefix{"System Administrator": {netip.MustParsePrefix("2001:db8::/32")}}})
	if page := k.browser().login(); !strings.Contains(page.body, "Please check your username and password.") {
		t.Errorf("login page says %s", page.body)
	}
	k.with(func(a *App) { a.RelaxIP = true })
	if page := k.browser().login(); !strings.Contains(page.body, "Allow Access?") {
		t.Errorf("with relaxed ranges: %s", page.body)
	}
}

func TestAPolicyWithoutARefreshTokenAnswersNone(t *testing.T) {
	for name, wrong := range map[string]func(*App){
		"expires immediately": func(a *App) { a.RefreshPolicy = ExpireImmediately },
		"scope missing":       func(a *App) { a.Scopes = []string{"api"} },
	} {
		t.Run(name, func(t *testing.T) {
			k := start(t)
			k.with(wrong)
			answer := k.token(codeForm(k.code())).json(t)
			if _, has := answer["refresh_token"]; has || answer["access_token"] == nil {
				t.Errorf("answer %v", answer)
			}
		})
	}
}
