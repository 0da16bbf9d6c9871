package idp

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"scimforce/oauth/database/databasetest"
)

func TestAClientGetsAnAccessTokenForAnHour(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		a, _ := newAuthenticator(t, open(), c)
		replica, _ := newAuthenticator(t, open(), c)
		secret, token := mustCreate(t, a, "entra", func(n *NewToken) { n.Connection, n.Scope = "uat", ScopeUsers })
		got := post(t, serve(t, a), byPost(token.ID, secret))
		if got.Status != http.StatusOK || got.TokenType != "Bearer" || got.ExpiresIn != 3600 || got.Scope != "users" ||
			!regexp.MustCompile(`^scimforce_at_[0-9A-Za-z]{49}$`).MatchString(got.AccessToken) {
			t.Fatalf("the answer is %d %s", got.Status, got.Body)
		}
		if used := find(t, a, token.ID); !used.LastUsedAt.Equal(c.at) {
			t.Errorf("the use of the client is noted at %v", used.LastUsedAt)
		}
		for _, authenticator := range []*Authenticator{a, replica} {
			caller := wantLetIn(t, authenticator, bearer(got.AccessToken), "entra")
			if caller.Connection != "uat" || caller.Scope != ScopeUsers {
				t.Errorf("caller %+v", caller)
			}
		}
		c.passes(time.Hour - time.Second)
		wantLetIn(t, a, bearer(got.AccessToken), "entra")
		c.passes(time.Second)
		wantRefused(t, a, bearer(got.AccessToken), "expired")
	})
}

func TestAClientAuthenticatesInEachWay(t *testing.T) {
	a, logged := newAuthenticator(t, databasetest.SQLite(t), newClock(), withConfigured(t, "idp", "a+b%41/c:d"))
	address := serve(t, a)
	secret, token := mustCreate(t, a, "entra")
	_, other := mustCreate(t, a, "okta")
	access := mustGrant(t, address, byPost(token.ID, secret))
	for _, test := range []struct {
		name          string
		authorization []string
		body          string // besides grant_type
		want          string // the error, "" for none
	}{
		{"client_secret_post", nil, "client_id=" + token.ID + "&client_secret=" + secret, ""},
		{"client_secret_basic", []string{basic(token.ID, secret)}, "", ""},
		{"Basic with the client id in the body too", []string{basic(token.ID, secret)}, "client_id=" + token.ID, ""},
		{"a configured token by its name", nil, "client_id=idp&client_secret=" + url.QueryEscape("a+b%41/c:d"), ""},
		{"a configured token by Basic, form-urlencoded as it should be", []string{basic("idp", url.QueryEscape("a+b%41/c:d"))}, "", ""},
		{"a configured token by Basic as it is", []string{basic("idp", "a+b%41/c:d")}, "", ""},
		{"the id of another token", nil, "client_id=" + other.ID + "&client_secret=" + secret, "invalid_client"},
		{"the id of another token by Basic", []string{basic(other.ID, secret)}, "", "invalid_client"},
		{"the token's name as client id", nil, "client_id=entra&client_secret=" + secret, "invalid_client"},
		{"no client id", nil, "client_secret=" + secret, "invalid_client"},
		{"no client secret", nil, "client_id=" + token.ID, "invalid_client"},
		{"nothing", nil, "", "invalid_client"},
		{"a wrong secret", nil, "client_id=" + token.ID + "&client_secret=wrong", "invalid_client"},
		{"a mistyped secret", nil, "client_id=" + token.ID + "&client_secret=" + secret[:40], "invalid_client"},
		{"an access token as the secret", nil, "client_id=" + token.ID + "&client_secret=" + access, "invalid_client"},
		{"Basic without a password", []string{basic(token.ID, "")}, "", "invalid_client"},
		{"Basic that is no base64", []string{"Basic !"}, "", "invalid_client"},
		{"a bearer token", []string{"Bearer " + secret}, "", "invalid_client"},
		{"twice", []string{basic(token.ID, secret)}, "client_secret=" + secret, "invalid_request"},
		{"two Authorization headers", []string{basic(token.ID, secret), basic(token.ID, secret)}, "", "invalid_request"},
		{"two client ids", []string{basic(token.ID, secret)}, "client_id=" + other.ID, "invalid_request"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := tokenRequest(t, address, "grant_type=client_credentials&"+test.body)
			r.Header["Authorization"] = test.authorization
			got := send(t, r)
			switch test.want {
			case "":
				if got.Status != http.StatusOK {
					t.Errorf("the answer is %d %s", got.Status, got.Body)
				}
			case "invalid_client":
				if got.Status != http.StatusTooManyRequests { // by now, perhaps
					wantFailure(t, got, http.StatusUnauthorized, test.want, secret, access)
				}
			default:
				wantFailure(t, got, http.StatusBadRequest, test.want, secret)
			}
		})
	}
	for _, s := range []string{secret, access, "a+b%41"} {
		if strings.Contains(logged.String(), s) {
			t.Errorf("the log holds %q", s)
		}
	}
}

func TestWhatIsNoRequestForAnAccessTokenIsRefused(t *testing.T) {
	a, _ := newAuthenticator(t, databasetest.SQLite(t), newClock())
	address := serve(t, a)
	secret, token := mustCreate(t, a, "entra")
	good := "client_id=" + token.ID + "&client_secret=" + secret + "&grant_type=client_credentials"
	for _, test := range []struct {
		name, method, query, contentType, body string
		status                                 int
		want, says                             string
	}{
		{"a GET", "GET", "", "", "", 405, "invalid_request", "POST"},
		{"the secret in the URL", "POST", "client_secret=" + secret, "", good, 400, "invalid_request", "make a new one"},
		{"an assertion in the URL", "POST", "client_assertion=x", "", good, 400, "invalid_request", "make a new one"},
		{"a token in the URL", "POST", "access_token=x", "", good, 400, "invalid_request", "Make a new one"},
		{"another parameter in the URL", "POST", "grant_type=client_credentials", "", good, 400, "invalid_request", "URL"},
		{"JSON", "POST", "", "application/json", `{"grant_type":"client_credentials"}`, 400, "invalid_request", "application/x-www-form-urlencoded"},
		{"no type", "POST", "", " ", good, 400, "invalid_request", "Content-Type"},
		{"no grant type", "POST", "", "", "client_id=" + token.ID + "&client_secret=" + secret, 400, "invalid_request", "grant_type"},
		{"another grant type", "POST", "", "", "grant_type=password&username=a&password=b", 400, "unsupported_grant_type", "client_credentials"},
		{"a parameter twice", "POST", "", "", good + "&scope=read&scope=all", 400, "invalid_request", "scope is given more than once"},
		{"a body that cannot be read", "POST", "", "", good + "&x=%zz", 400, "invalid_request", "cannot be read"},
		{"a large body", "POST", "", "", good + "&x=" + strings.Repeat("x", maxParameters), 413, "invalid_request", "64 KiB"},
		{"nothing", "POST", "", "", "", 400, "invalid_request", "grant_type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := tokenRequest(t, address+"?"+test.query, test.body)
			r.Method = test.method
			if test.contentType != "" {
				r.Header.Set("Content-Type", test.contentType)
			}
			got := send(t, r)
			wantFailure(t, got, test.status, test.want, secret)
			if !strings.Contains(got.Description, test.says) {
				t.Errorf("the description is %q", got.Description)
			}
			if test.status == 405 && got.Header.Get("Allow") != "POST" {
				t.Errorf("Allow is %q", got.Header.Get("Allow"))
			}
		})
	}
	if got := send(t, tokenRequest(t, address+"?trace=1", good+"&audience=x&empty=")); got.Status != http.StatusOK {
		t.Errorf("with parameters that mean nothing: %d %s", got.Status, got.Body)
	}
}

func TestAScopeIsNarrowedAndNeverWidened(t *testing.T) {
	a, _ := newAuthenticator(t, databasetest.SQLite(t), newClock())
	address := serve(t, a)
	clients := map[Scope]map[string]string{}
	for _, s := range []Scope{ScopeRead, ScopeUsers, ScopeGroups, ScopeAll} {
		secret, token := mustCreate(t, a, string(s), func(n *NewToken) { n.Scope = s })
		clients[s] = byPost(token.ID, secret)
	}
	for _, test := range []struct {
		has   Scope
		asked string
		want  Scope // "" for invalid_scope
	}{
		{ScopeAll, "", ScopeAll},
		{ScopeAll, "read", ScopeRead},
		{ScopeAll, "users", ScopeUsers},
		{ScopeAll, "groups", ScopeGroups},
		{ScopeAll, "read users", ScopeUsers},
		{ScopeAll, "groups read", ScopeGroups},
		{ScopeAll, "all users", ScopeAll},
		{ScopeAll, "users all groups", ScopeAll},
		{ScopeAll, "users groups", ""},
		{ScopeAll, "api://0f3a/.default", ScopeAll},
		{ScopeUsers, "api://0f3a/.default read", ScopeRead},
		{ScopeAll, "everything", ""},
		{ScopeAll, "Users", ""},
		{ScopeUsers, "users", ScopeUsers},
		{ScopeUsers, "read", ScopeRead},
		{ScopeUsers, "all", ""},
		{ScopeUsers, "groups", ""},
		{ScopeGroups, "", ScopeGroups},
		{ScopeRead, "users", ""},
		{ScopeRead, "read", ScopeRead},
	} {
		t.Run(fmt.Sprintf("%s asked as %q", test.has, test.asked), func(t *testing.T) {
			p := clients[test.has]
			p["scope"] = test.asked
			got := post(t, address, p)
			if test.want == "" {
				wantFailure(t, got, http.StatusBadRequest, "invalid_scope")
				return
			}
			if got.Scope != string(test.want) {
				t.Fatalf("the answer is %d %s", got.Status, got.Body)
			}
			if caller := wantLetIn(t, a, bearer(got.AccessToken), string(test.has)); caller.Scope != test.want {
				t.Errorf("caller %+v", caller)
			}
		})
	}
}

func TestAnAccessTokenEndsWithItsClientSecret(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		db, c := open(), newClock()
		a, _ := newAuthenticator(t, db, c)
		address := serve(t, a)

		secret, token := mustCreate(t, a, "revoked")
		access := mustGrant(t, address, byPost(token.ID, secret))
		wantLetIn(t, a, bearer(access), "revoked")
		if err := a.Revoke(t.Context(), token.ID); err != nil {
			t.Fatal(err)
		}
		wantRefused(t, a, bearer(access), "revoked")
		wantFailure(t, post(t, address, byPost(token.ID, secret)), http.StatusUnauthorized, "invalid_client", secret)

		secret, token = mustCreate(t, a, "rotated")
		access = mustGrant(t, address, byPost(token.ID, secret))
		fresh, successor, err := a.Rotate(t.Context(), token.ID, 10*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		wantLetIn(t, a, bearer(access), "rotated")
		if got := post(t, address, byPost(token.ID, secret)); got.ExpiresIn != 600 {
			t.Errorf("during the overlap it is %d %s", got.Status, got.Body)
		}
		mustGrant(t, address, byPost(successor.ID, fresh))
		c.passes(10 * time.Minute)
		wantRefused(t, a, bearer(access), "revoked")

		secret, token = mustCreate(t, a, "expiring", func(n *NewToken) { n.Expires = c.at.Add(time.Minute) })
		got := post(t, address, byPost(token.ID, secret))
		if got.ExpiresIn != 60 {
			t.Errorf("it is %d %s", got.Status, got.Body)
		}
		c.passes(time.Minute)
		wantRefused(t, a, bearer(got.AccessToken), "expired")

		// A token whose row is gone.
		secret, token = mustCreate(t, a, "deleted")
		access = mustGrant(t, address, byPost(token.ID, secret))
		if _, err := db.ExecContext(t.Context(), `DELETE FROM idp_tokens WHERE id = $1`, token.ID); err != nil {
			t.Fatal(err)
		}
		wantRefused(t, a, bearer(access), "revoked")
	})
}

func TestAnAccessTokenEndsWithItsConfiguredToken(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		db, c := open(), newClock()
		a, _ := newAuthenticator(t, db, c, withConfigured(t, "idp", "first", "other", "second"))
		access := mustGrant(t, serve(t, a), byPost("idp", "first"))
		wantLetIn(t, a, bearer(access), "idp")
		again, _ := newAuthenticator(t, db, c, withConfigured(t, "other", "second", "idp", "first"))
		wantLetIn(t, again, bearer(access), "idp")
		for _, pairs := range [][]string{{"idp", "changed"}, {"renamed", "first"}, nil} {
			changed, _ := newAuthenticator(t, db, c, withConfigured(t, pairs...))
			wantRefused(t, changed, bearer(access), "revoked")
		}
	})
}

func TestExpiredAccessTokensAreDeleted(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		db, c := open(), newClock()
		a, _ := newAuthenticator(t, db, c)
		address := serve(t, a)
		secret, token := mustCreate(t, a, "entra")
		count := func() (n int) {
			t.Helper()
			if err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM idp_access_tokens`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for range 5 {
			mustGrant(t, address, byPost(token.ID, secret))
		}
		c.passes(time.Hour - time.Second)
		last := mustGrant(t, address, byPost(token.ID, secret))
		if n := count(); n != 6 {
			t.Errorf("there are %d before any has expired", n)
		}
		c.passes(time.Second)
		mustGrant(t, address, byPost(token.ID, secret))
		c.passes(sweepEvery)
		mustGrant(t, address, byPost(token.ID, secret))
		if n := count(); n != 3 {
			t.Errorf("there are %d after five have expired", n)
		}
		wantLetIn(t, a, bearer(last), "entra")
	})
}

func TestWrongClientSecretsAreSlowedAndCountedButARightOneIsNot(t *testing.T) {
	c := newClock()
	a, _ := newAuthenticator(t, databasetest.SQLite(t), c)
	address := serve(t, a)
	secret, token := mustCreate(t, a, "entra")
	for i := range freeFailures {
		if got := post(t, address, byPost(token.ID, "wrong")); got.Status != http.StatusUnauthorized {
			t.Fatalf("failure %d is answered %d", i+1, got.Status)
		}
	}
	got := post(t, address, byPost(token.ID, "wrong"))
	wantFailure(t, got, http.StatusTooManyRequests, "invalid_client")
	if got.Header.Get("Retry-After") != "6" {
		t.Errorf("Retry-After is %q", got.Header.Get("Retry-After"))
	}
	mustGrant(t, address, byPost(token.ID, secret))
	if n := testutil.ToFloat64(a.failures.WithLabelValues("unknown")); n != freeFailures+1 {
		t.Errorf("%v failures are counted", n)
	}
}

func TestADatabaseThatIsGoneSaysNothingOfTheClient(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		db := open()
		a, logged := newAuthenticator(t, db, newClock())
		address := serve(t, a)
		secret, token := mustCreate(t, a, "entra")
		access := mustGrant(t, address, byPost(token.ID, secret))
		_ = db.Close()
		for _, parameters := range []map[string]string{
			byPost(token.ID, secret),                  // still known, and cannot be stored
			byPost(token.ID, newSecret("scimforce_")), // looked up
		} {
			got := post(t, address, parameters)
			wantFailure(t, got, http.StatusServiceUnavailable, "temporarily_unavailable", secret)
			if got.Header.Get("Retry-After") != "15" {
				t.Errorf("Retry-After is %q", got.Header.Get("Retry-After"))
			}
		}
		if _, err := a.Authenticate(bearer(access)); !IsUnavailable(err) {
			t.Errorf("an access token: %v", err)
		}
		if strings.Contains(logged.String(), secret) {
			t.Error("the log holds the secret")
		}
	})
}

func TestManyClientsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		one, _ := newAuthenticator(t, open(), c)
		other, _ := newAuthenticator(t, open(), c)
		secret, token := mustCreate(t, one, "entra")
		addresses := []string{serve(t, one), serve(t, other)}
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				if got := post(t, addresses[i%2], byPost(token.ID, secret)); got.Status != http.StatusOK {
					t.Errorf("the answer is %d %s", got.Status, got.Body)
				} else if _, err := other.Authenticate(bearer(got.AccessToken)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
}
