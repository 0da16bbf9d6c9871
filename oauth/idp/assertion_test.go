package idp

import (
	"database/sql"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"scimforce/oauth/database/databasetest"
)

// byAssertion are the parameters of a client with an assertion, and more.
func byAssertion(text string, more ...string) map[string]string {
	p := map[string]string{"client_assertion_type": assertionType, "client_assertion": text}
	for i := 0; i+1 < len(more); i += 2 {
		p[more[i]] = more[i+1]
	}
	return p
}

func publicURL(c *Config) { c.PublicURL = "https://scim.acme.example" }

const endpointURL = "https://scim.acme.example/oauth/token"

func TestAnAssertionBringsAnAccessTokenOnce(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		db, c, key := open(), newClock(), newKey(t, "1", jose.ES256)
		issuer := newIssuer(t, key)
		trusts := issuer.trusts(func(i *Issuer) { i.Connection, i.Scope = "uat", ScopeUsers })
		one, _ := newAuthenticator(t, db, c, trusts)
		other, _ := newAuthenticator(t, open(), c, trusts)
		addresses := []string{serve(t, one), serve(t, other)}
		text := key.sign(t, issuer.of(c, "jti", "first"))

		// A scope that cannot be had does not use the assertion up.
		wantFailure(t, post(t, addresses[0], byAssertion(text, "scope", "all")), http.StatusBadRequest, "invalid_scope")
		answers := make([]tokenAnswer, 6)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = post(t, addresses[i%2], byAssertion(text, "scope", "read")) })
		}
		all.Wait()
		var access string
		for _, got := range answers {
			if got.Status == http.StatusOK && access == "" {
				access = got.AccessToken
				continue
			}
			wantFailure(t, got, http.StatusUnauthorized, "invalid_client", text)
			if !strings.Contains(got.Description, "used before") {
				t.Errorf("the description is %q", got.Description)
			}
		}
		if caller := wantLetIn(t, other, bearer(access), issuer.who("0oa1")); caller.Connection != "uat" || caller.Scope != ScopeRead {
			t.Errorf("caller %+v", caller)
		}
		mustGrant(t, addresses[0], byAssertion(key.sign(t, issuer.of(c, "jti", "second"))))

		// The id is kept until the assertion would be refused as expired.
		c.passes(time.Hour + leeway)
		wantFailure(t, post(t, addresses[0], byAssertion(text)), http.StatusUnauthorized, "invalid_client")
		c.passes(sweepEvery)
		mustGrant(t, addresses[0], byAssertion(key.sign(t, issuer.of(c, "jti", "third"))))
		var kept int
		if err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM idp_assertions`).Scan(&kept); err != nil || kept != 1 {
			t.Errorf("%d ids are kept, error %v", kept, err)
		}
	})
}

func TestAnAccessTokenEndsWithTheEntryOfItsIssuer(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		db, c, key := open(), newClock(), newKey(t, "1", jose.ES256)
		issuer := newIssuer(t, key)
		a, _ := newAuthenticator(t, db, c, issuer.trusts())
		access := mustGrant(t, serve(t, a), byAssertion(key.sign(t, issuer.of(c))))
		wantLetIn(t, a, bearer(access), issuer.who("0oa1"))
		narrower, _ := newAuthenticator(t, db, c, issuer.trusts(func(i *Issuer) { i.Scope, i.Clients = ScopeGroups, []string{"0oa1"} }))
		if caller := wantLetIn(t, narrower, bearer(access), issuer.who("0oa1")); caller.Scope != ScopeGroups {
			t.Errorf("caller %+v", caller)
		}
		for name, change := range map[string]func(*Config){
			"no issuer":        func(*Config) {},
			"another audience": issuer.trusts(func(i *Issuer) { i.Audience = "other" }),
			"other clients":    issuer.trusts(func(i *Issuer) { i.Clients = []string{"0oa2"} }),
		} {
			t.Run(name, func(t *testing.T) {
				changed, _ := newAuthenticator(t, db, c, change)
				wantRefused(t, changed, bearer(access), "revoked")
			})
		}
	})
}

func TestATokenOfAPersonStandsForHimAndIsNoAssertion(t *testing.T) {
	db, c, key := databasetest.SQLite(t), newClock(), newKey(t, "1", jose.ES256)
	issuer := newIssuer(t, key)
	programs, _ := newAuthenticator(t, db, c, issuer.trusts())
	access := mustGrant(t, serve(t, programs), byAssertion(key.sign(t, issuer.of(c, "jti", "first"))))

	persons, _ := newAuthenticator(t, db, c, issuer.trusts(func(i *Issuer) { i.Person, i.Scope = "upn", ScopeRead }))
	text := key.sign(t, issuer.of(c, "upn", "ada@acme.example", "jti", "second"))
	if caller := wantLetIn(t, persons, bearer(text), issuer.who("0oa1")); caller.Person != "ada@acme.example" || caller.Scope != ScopeRead {
		t.Errorf("caller %+v", caller)
	}
	wantFailure(t, post(t, serve(t, persons), byAssertion(text)), http.StatusUnauthorized, "invalid_client")
	for name, claim := range map[string]any{"missing": nil, "no text": 5, "empty": "", "too long": strings.Repeat("a", 256)} {
		t.Run(name, func(t *testing.T) {
			wantRefused(t, persons, bearer(key.sign(t, issuer.of(c, "upn", claim))), "client")
		})
	}
	if caller := wantLetIn(t, programs, bearer(text), issuer.who("0oa1")); caller.Person != "" {
		t.Errorf("of a program: %+v", caller)
	}
	// That of a program which is listed is let in, whatever an open entry for persons wants of it.
	mixed, _ := newAuthenticator(t, db, c, issuer.trusts(
		func(i *Issuer) { i.Person, i.Scope, i.Audience = "upn", ScopeRead, "api://open" },
		func(i *Issuer) { i.Clients = []string{"0oa1"} },
	))
	both := key.sign(t, issuer.of(c, "aud", []string{"api://open", audience}))
	if caller := wantLetIn(t, mixed, bearer(both), issuer.who("0oa1")); caller.Person != "" {
		t.Errorf("of a listed program: %+v", caller)
	}
	// What a program was given before is no person's.
	wantRefused(t, persons, bearer(access), "revoked")
}

func TestWhichAssertionsAreTaken(t *testing.T) {
	c, key := newClock(), newKey(t, "1", jose.RS256)
	issuer := newIssuer(t, key)
	a, _ := newAuthenticator(t, databasetest.SQLite(t), c, publicURL,
		issuer.trusts(func(i *Issuer) { i.Clients = []string{"0oa1", "self", "typed-in-entra"} }),
		func(c *Config) {
			c.Issuers = append(c.Issuers, Issuer{Issuer: "self", JWKSURL: issuer.URL + "/keys", Audience: "unused", Connection: "default", Scope: ScopeAll})
		})
	address := serve(t, a)
	secret, token := mustCreate(t, a, "okta")
	self := []any{"iss", "self", "sub", "self", "aud", endpointURL, "jti", "1"}
	for _, test := range []struct {
		name    string
		changes []any
		more    []string
		status  int
		says    string
	}{
		{"for the audience", nil, nil, 200, ""},
		{"for the token endpoint", []any{"aud", endpointURL}, nil, 200, ""},
		{"without an id, of an issuer", []any{"jti", nil}, nil, 200, ""},
		{"private_key_jwt", self, nil, 200, ""},
		{"with the client_id of the client", nil, []string{"client_id", "0oa1"}, 200, ""},
		{"with a client_id that is configured", nil, []string{"client_id", "typed-in-entra"}, 200, ""},
		{"with another client_id", nil, []string{"client_id", token.ID}, 401, "client_id"},
		{"private_key_jwt without an id", append(self[:6:6], "jti", nil), nil, 401, "jti"},
		{"for somebody else", []any{"aud", "https://other.example/oauth/token"}, nil, 401, "audience"},
		{"of a client that is not let in", []any{"sub", "0oa9"}, nil, 401, "client"},
		{"without a subject", []any{"sub", nil, "azp", "0oa1"}, nil, 401, "sub"},
		{"good for two days", []any{"exp", c.at.Add(48 * time.Hour).Unix()}, nil, 401, "longer than a day"},
		{"that has expired", []any{"exp", c.at.Add(-time.Hour).Unix()}, nil, 401, "expired"},
		{"made in an hour", []any{"iat", c.at.Add(time.Hour).Unix()}, nil, 401, "clocks"},
		{"of an unknown issuer", []any{"iss", "https://other.example"}, nil, 401, "issuer"},
		{"beside a secret", nil, []string{"client_id", token.ID, "client_secret", secret}, 400, "twice"},
		{"of another type", nil, []string{"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}, 400, "client_assertion_type"},
		{"of a megabyte", []any{"x", strings.Repeat("x", 1<<20)}, nil, 413, "64 KiB"},
		{"of 20 KiB", []any{"x", strings.Repeat("x", 20<<10)}, nil, 401, "16 KiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c.passes(10 * failureEvery) // nobody is slowed
			text := key.sign(t, issuer.of(c, test.changes...))
			got := post(t, address, byAssertion(text, test.more...))
			if got.Status != test.status || !strings.Contains(got.Description, test.says) {
				t.Errorf("the answer is %d %s", got.Status, got.Body)
			}
		})
	}
	for name, p := range map[string]map[string]string{
		"a JWT as client secret": byPost("0oa1", key.sign(t, issuer.of(c))),
		"garbage":                byAssertion("garbage"),
	} {
		c.passes(10 * failureEvery)
		if got := post(t, address, p); got.Status != http.StatusUnauthorized || got.Error != "invalid_client" {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	wantRefused(t, a, bearer(key.sign(t, issuer.of(c, "aud", endpointURL))), "audience") // is no access token
}

func TestTheTokenEndpointIsNotTheOneThatARequestNames(t *testing.T) {
	c, key := newClock(), newKey(t, "1", jose.ES256)
	issuer := newIssuer(t, key)
	a, _ := newAuthenticator(t, databasetest.SQLite(t), c, issuer.trusts())
	address := serve(t, a)
	got := post(t, address, byAssertion(key.sign(t, issuer.of(c, "aud", address))))
	wantFailure(t, got, http.StatusUnauthorized, "invalid_client")
}
