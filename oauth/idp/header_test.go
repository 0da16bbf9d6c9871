package idp

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"scimforce/oauth/database/databasetest"
)

func withConfigured(t testing.TB, pairs ...string) func(*Config) {
	t.Helper()
	return func(c *Config) {
		for i := 0; i+1 < len(pairs); i += 2 {
			configured, err := NewConfigured(pairs[i], "default", ScopeAll, pairs[i+1])
			if err != nil {
				t.Fatal(err)
			}
			c.Configured = append(c.Configured, configured)
		}
	}
}

func TestACallerIsKnownByItsTokenInEveryFormThatClientsSend(t *testing.T) {
	cases := []struct {
		name    string
		headers []string
		who     string
		why     string
	}{
		{"with the scheme", []string{"Bearer first"}, "okta", ""},
		{"the other token", []string{"Bearer second"}, "entra", ""},
		{"the scheme in lower case", []string{"bearer first"}, "okta", ""},
		{"the scheme twice", []string{"Bearer Bearer first"}, "okta", ""},
		{"the token alone", []string{"first"}, "okta", ""},
		{"white space around", []string{"  Bearer   first  "}, "okta", ""},
		{"Basic with the token as password", []string{basic("anybody", "first")}, "okta", ""},
		{"Basic without a user name", []string{basic("", "second")}, "entra", ""},
		{"Basic in upper case", []string{strings.Replace(basic("x", "first"), "Basic", "BASIC", 1)}, "okta", ""},
		{"the scheme three times", []string{"Bearer Bearer Bearer first"}, "", "unknown"},
		{"a wrong token", []string{"Bearer third"}, "", "unknown"},
		{"a prefix of the token", []string{"Bearer firs"}, "", "unknown"},
		{"the scheme alone", []string{"Bearer"}, "", "missing"},
		{"the scheme and nothing", []string{"Bearer "}, "", "missing"},
		{"Basic alone", []string{"Basic"}, "", "missing"},
		{"Basic that is no base64", []string{"Basic first"}, "", "malformed"},
		{"Basic without a colon", []string{"Basic Zmlyc3Q="}, "", "malformed"},
		{"Basic with the token as user name", []string{basic("first", "")}, "", "missing"},
		{"an empty header", []string{""}, "", "missing"},
		{"no header", nil, "", "missing"},
		{"two headers", []string{"Bearer first", "Bearer second"}, "", "malformed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a, _ := newAuthenticator(t, databasetest.SQLite(t), newClock(), withConfigured(t, "okta", "first", "entra", "second"))
			if c.who != "" {
				wantLetIn(t, a, with(c.headers...), c.who)
				return
			}
			refused := wantRefused(t, a, with(c.headers...), c.why)
			want := []string{`Bearer realm="scim", error="invalid_token"`, `Basic realm="scim", charset="UTF-8"`}
			if c.why == "missing" {
				want[0] = `Bearer realm="scim"`
			}
			if !slices.Equal(refused.Challenges, want) {
				t.Errorf("challenges %q, want %q", refused.Challenges, want)
			}
		})
	}
}

func TestATokenInTheURLIsRefusedAndNotQuoted(t *testing.T) {
	a, _ := newAuthenticator(t, databasetest.SQLite(t), newClock(), withConfigured(t, "okta", "first-token"))
	refused := wantRefused(t, a, httptest.NewRequest("GET", "/Users?access_token=first-token", nil), "malformed")
	if !strings.Contains(refused.Detail, "URL") || strings.Contains(refused.Error(), "first-token") {
		t.Errorf("the error is %v", refused)
	}
}

func TestBadConfiguredTokensAreRefusedWithoutNamingThem(t *testing.T) {
	for name, c := range map[string][2]string{
		"an empty token":  {"okta", ""},
		"no name":         {"", "token-1"},
		"white space":     {"okta", "token-1 "},
		"a line break":    {"okta", "token-1\n"},
		"the word Bearer": {"okta", "Bearer"},
		"the word Basic":  {"okta", "basic"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewConfigured(c[0], "default", ScopeAll, c[1])
			if err == nil || strings.Contains(err.Error(), "token-1") {
				t.Errorf("error %v", err)
			}
		})
	}
	db := databasetest.SQLite(t)
	for name, pairs := range map[string][]string{
		"the same name":  {"okta", "token-1", "okta", "token-2"},
		"the same token": {"okta", "token-1", "entra", "token-1"},
	} {
		t.Run(name, func(t *testing.T) {
			c := Config{DB: db}
			withConfigured(t, pairs...)(&c)
			if _, err := New(t.Context(), c); err == nil || strings.Contains(err.Error(), "token-1") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func FuzzThePresentedSecretComesFromTheHeader(f *testing.F) {
	for _, s := range []string{"Bearer first", "Bearer Bearer first", "first", "bearer\tfirst", "Bearer", "", basic("u", "p:q"), "Basic !"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		secret, refused := presented(with(header))
		if (secret == "") != (refused != nil) {
			t.Fatalf("%q gives %q and %v", header, secret, refused)
		}
		if refused != nil && len(header) > 8 && strings.Contains(refused.Error(), header) {
			t.Errorf("the refusal quotes %q", header)
		}
		if secret != "" && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(header)), "basic ") && !strings.HasSuffix(strings.TrimSpace(header), secret) {
			t.Errorf("%q gives %q", header, secret)
		}
	})
}
