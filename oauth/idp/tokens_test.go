package idp

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
)

func TestATokenIsGoodUntilItIsRevoked(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		a, _ := newAuthenticator(t, open(), c)
		secret, token := mustCreate(t, a, "okta", func(n *NewToken) { n.Connection, n.Scope = "uat", ScopeUsers })
		for _, header := range []string{"Bearer " + secret, secret, basic("okta", secret), basic(token.ID, secret)} {
			caller := wantLetIn(t, a, with(header), "okta")
			if caller.Connection != "uat" || caller.Scope != ScopeUsers {
				t.Errorf("caller %+v", caller)
			}
		}
		if token.Hint != secret[len(secret)-4:] {
			t.Errorf("the hint is %q", token.Hint)
		}
		if err := a.Revoke(t.Context(), token.ID); err != nil {
			t.Fatal(err)
		}
		wantRefused(t, a, bearer(secret), "revoked")
		revoked := find(t, a, token.ID).RevokedAt
		c.passes(time.Hour)
		if err := a.Revoke(t.Context(), token.ID); err != nil || !find(t, a, token.ID).RevokedAt.Equal(revoked) {
			t.Errorf("revoking again: %v, %v instead of %v", err, find(t, a, token.ID).RevokedAt, revoked)
		}
		if err := a.Revoke(t.Context(), "nobody"); !errors.Is(err, ErrNoToken) {
			t.Errorf("an unknown token: %v", err)
		}
	})
}

func TestATokenEndsWithItsExpiry(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		a, _ := newAuthenticator(t, open(), c)
		secret, _ := mustCreate(t, a, "okta", func(n *NewToken) { n.Expires = c.at.Add(time.Hour) })
		c.passes(time.Hour - time.Second)
		wantLetIn(t, a, bearer(secret), "okta") // and is now remembered as good
		c.passes(time.Second)
		wantRefused(t, a, bearer(secret), "expired")
	})
}

func TestARotatedTokenIsGoodUntilTheOverlapEnds(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		a, _ := newAuthenticator(t, open(), c)
		old, token := mustCreate(t, a, "okta", func(n *NewToken) { n.Expires = c.at.Add(100 * time.Hour) })
		c.passes(time.Hour)
		fresh, successor, err := a.Rotate(t.Context(), token.ID, 24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if !successor.ExpiresAt.Equal(c.at.Add(100 * time.Hour)) {
			t.Errorf("the successor ends %v", successor.ExpiresAt)
		}
		if got := find(t, a, token.ID); got.ReplacedBy != successor.ID {
			t.Errorf("the old one is %+v", got)
		}
		wantLetIn(t, a, bearer(old), "okta")
		wantLetIn(t, a, bearer(fresh), "okta")
		if _, _, err := a.Rotate(t.Context(), token.ID, time.Hour); err == nil {
			t.Error("the old one was rotated again")
		}
		c.passes(24*time.Hour - time.Second)
		wantLetIn(t, a, bearer(old), "okta")
		c.passes(time.Second)
		if refused := wantRefused(t, a, bearer(old), "revoked"); !strings.Contains(refused.Detail, "rotated") {
			t.Errorf("the detail is %q", refused.Detail)
		}
		wantLetIn(t, a, bearer(fresh), "okta")
		if _, _, err := a.Rotate(t.Context(), "nobody", 0); !errors.Is(err, ErrNoToken) {
			t.Errorf("an unknown token: %v", err)
		}
		if _, _, err := a.Rotate(t.Context(), successor.ID, -time.Second); err == nil {
			t.Error("a negative overlap was taken")
		}
	})
}

func TestARevocationEndsTheOverlap(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		a, _ := newAuthenticator(t, open(), newClock())
		old, token := mustCreate(t, a, "okta")
		if _, _, err := a.Rotate(t.Context(), token.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		if err := a.Revoke(t.Context(), token.ID); err != nil {
			t.Fatal(err)
		}
		wantRefused(t, a, bearer(old), "revoked")
	})
}

func TestOfTwoRotationsAtOnceOneIsDone(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		a, _ := newAuthenticator(t, open(), c)
		b, _ := newAuthenticator(t, open(), c)
		_, token := mustCreate(t, a, "okta")
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, replica := range []*Authenticator{a, b} {
			both.Go(func() { _, _, errs[i] = replica.Rotate(t.Context(), token.ID, time.Hour) })
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("errors %v", errs)
		}
		if tokens, _ := a.List(t.Context()); len(tokens) != 2 {
			t.Errorf("there are %d tokens", len(tokens))
		}
	})
}

func TestAnotherReplicaNoticesARevocationWithinSeconds(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		a, _ := newAuthenticator(t, open(), c)
		b, _ := newAuthenticator(t, open(), c)
		secret, token := mustCreate(t, a, "okta")
		wantLetIn(t, b, bearer(secret), "okta")
		if err := a.Revoke(t.Context(), token.ID); err != nil {
			t.Fatal(err)
		}
		c.passes(knownFor)
		wantRefused(t, b, bearer(secret), "revoked")
	})
}

func TestAUseIsNotedOnceAMinuteAndNeverFailsARequest(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		db := open()
		a, logged := newAuthenticator(t, db, c)
		secret, token := mustCreate(t, a, "okta")
		r := bearer(secret)
		r.RemoteAddr = "192.0.2.7:4711"
		wantLetIn(t, a, r, "okta")
		if got := find(t, a, token.ID); !got.LastUsedAt.Equal(c.at) || got.LastAddress != "192.0.2.7" {
			t.Errorf("after the first use %+v", got)
		}
		first := c.at
		c.passes(usedEvery - time.Second)
		wantLetIn(t, a, r, "okta")
		if got := find(t, a, token.ID).LastUsedAt; !got.Equal(first) {
			t.Errorf("within a minute it was noted again, at %v", got)
		}
		c.passes(time.Second)
		wantLetIn(t, a, r, "okta")
		if got := find(t, a, token.ID).LastUsedAt; !got.Equal(c.at) {
			t.Errorf("after a minute it is noted at %v", got)
		}
		refuseUpdates(t, db)
		c.passes(usedEvery)
		wantLetIn(t, a, r, "okta")
		if line := logged.String(); !strings.Contains(line, "not noted") || strings.Contains(line, secret) {
			t.Errorf("logged %q", line)
		}
	})
}

// refuseUpdates makes every change of a token fail from now on.
func refuseUpdates(t *testing.T, db *sql.DB) {
	t.Helper()
	trigger := `CREATE TRIGGER refuse BEFORE UPDATE ON idp_tokens BEGIN SELECT RAISE(ABORT, 'no'); END`
	if database.EngineOf(db) == database.PostgreSQL {
		trigger = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
			CREATE TRIGGER refuse BEFORE UPDATE ON idp_tokens EXECUTE FUNCTION refuse()`
	}
	if _, err := db.ExecContext(t.Context(), trigger); err != nil {
		t.Fatal(err)
	}
}

func TestADatabaseThatIsGoneSaysNothingOfTheCredential(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		db := open()
		a, _ := newAuthenticator(t, db, newClock(), withConfigured(t, "idp", "configured-token"))
		secret, _ := mustCreate(t, a, "okta")
		_ = db.Close()
		if _, err := a.Authenticate(bearer(secret)); !IsUnavailable(err) || strings.Contains(fmt.Sprintf("%v %+v", err, err), secret) {
			t.Errorf("error %v", err)
		}
		wantRefused(t, a, bearer(secret[:30]), "mistyped") // needs no database
		wantLetIn(t, a, bearer("configured-token"), "idp")
	})
}

func TestTheDatabaseHoldsNoSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "idp.db")
	db := databasetest.Open(t, "sqlite:"+path)
	a, _ := newAuthenticator(t, db, newClock())
	secret, token := mustCreate(t, a, "okta")
	rotated, _, err := a.Rotate(t.Context(), token.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(content, []byte(token.ID)) {
		t.Fatal("the file is not the database's")
	}
	for _, s := range []string{secret, rotated} {
		if bytes.Contains(content, []byte(s[len(tokenPrefix):len(tokenPrefix)+20])) {
			t.Error("the file holds a token")
		}
	}
}

func TestNoTableHoldsASecret(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		db := open()
		a, _ := newAuthenticator(t, db, newClock())
		secret, token := mustCreate(t, a, "okta")
		access := mustGrant(t, serve(t, a), byPost(token.ID, secret))
		for _, row := range everything(t, db) {
			for _, s := range []string{secret[len(tokenPrefix):], access[len(accessPrefix):]} {
				if strings.Contains(row, s[:20]) {
					t.Errorf("a secret is in %s", row)
				}
			}
		}
	})
}

func TestATokenThatCannotBeMadeIsRefusedInWords(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		a, _ := newAuthenticator(t, open(), c, withConfigured(t, "idp", "x"))
		mustCreate(t, a, "okta")
		good := NewToken{Name: "entra", Connection: "default", Scope: ScopeRead}
		for name, test := range map[string]struct {
			change func(*NewToken)
			says   string
		}{
			"no name":                    {func(n *NewToken) { n.Name = "" }, "name"},
			"a name with a line break":   {func(n *NewToken) { n.Name = "a\nb" }, "name"},
			"a long name":                {func(n *NewToken) { n.Name = strings.Repeat("x", 65) }, "64"},
			"a name in use":              {func(n *NewToken) { n.Name = "okta" }, "in use"},
			"the configured one's name":  {func(n *NewToken) { n.Name = "idp" }, "in use"},
			"a connection in capitals":   {func(n *NewToken) { n.Connection = "UAT" }, "connection"},
			"an unknown scope":           {func(n *NewToken) { n.Scope = "everything" }, "read, users, groups or all"},
			"an expiry that has passed":  {func(n *NewToken) { n.Expires = c.at }, "past"},
			"two things wrong are both ": {func(n *NewToken) { n.Name, n.Scope = "", "" }, "scope"},
		} {
			n := good
			test.change(&n)
			if _, _, err := a.Create(t.Context(), n); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s: error %v", name, err)
			}
		}
		if tokens, _ := a.List(t.Context()); len(tokens) != 1 {
			t.Errorf("there are %d tokens", len(tokens))
		}
	})
}

func TestAnAddressThatFailsIsSlowedButARightTokenIsNot(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		registry := prometheus.NewRegistry()
		a, _ := newAuthenticator(t, open(), c, func(c *Config) {
			c.Metrics, c.TrustedProxies = registry, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		})
		secret, _ := mustCreate(t, a, "okta")
		from := func(peer, forwarded, token string) (wait time.Duration) {
			r := bearer(token)
			r.RemoteAddr = peer + ":1234"
			r.Header.Set("X-Forwarded-For", forwarded)
			var refused *RefusedError
			if _, err := a.Authenticate(r); errors.As(err, &refused) {
				return refused.RetryAfter
			}
			return -1
		}
		for i := range freeFailures {
			if wait := from("192.0.2.1", fmt.Sprintf("203.0.113.%d", i), "wrong"); wait != 0 {
				t.Fatalf("failure %d has to wait %v", i+1, wait)
			}
		}
		if wait := from("192.0.2.1", "203.0.113.99", "wrong"); wait != failureEvery {
			t.Errorf("a forged X-Forwarded-For: the wait is %v, want %v", wait, failureEvery)
		}
		if wait := from("192.0.2.1", "", secret); wait != -1 {
			t.Errorf("the right token has to wait %v", wait)
		}
		if wait := from("192.0.2.2", "", "wrong"); wait != 0 {
			t.Errorf("another address has to wait %v", wait)
		}
		if wait := from("10.0.0.1", "198.51.100.1, 192.0.2.1, 10.0.0.2", "wrong"); wait != failureEvery {
			t.Errorf("the same address behind the proxy: %v", wait)
		}
		if wait := from("10.0.0.1", "192.0.2.1, 198.51.100.1", "wrong"); wait != 0 {
			t.Errorf("another address behind the proxy has to wait %v", wait)
		}
		c.passes(failureEvery)
		if wait := from("192.0.2.1", "", "wrong"); wait != 0 {
			t.Errorf("after the wait it is %v", wait)
		}
		if got := testutil.ToFloat64(a.failures.WithLabelValues("unknown")); got != freeFailures+5 {
			t.Errorf("%v failures are counted", got)
		}
	})
}

func TestNobodyIsSlowedForSendingNothing(t *testing.T) {
	a, _ := newAuthenticator(t, databasetest.SQLite(t), newClock())
	for range 2 * freeFailures {
		if refused := wantRefused(t, a, with(), "missing"); refused.RetryAfter != 0 {
			t.Fatalf("it has to wait %v", refused.RetryAfter)
		}
	}
}

func TestTheThrottleIsBounded(t *testing.T) {
	var th throttle
	now := newClock().at
	for i := range maxAddresses + 500 {
		th.failed(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now)
	}
	if n := len(th.limiters); n > maxAddresses {
		t.Errorf("it remembers %d addresses", n)
	}
	for i := range 2 * freeFailures {
		wait := th.failed(netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", i)), now)
		if (wait > 0) != (i >= freeFailures) {
			t.Errorf("address %d of one IPv6 network has to wait %v", i, wait)
		}
	}
}

func TestScopesAllowWhatTheySay(t *testing.T) {
	if _, err := ParseScope("admin"); err == nil {
		t.Error("an unknown scope was taken")
	}
	if s, err := ParseScope(" Users "); err != nil || s != ScopeUsers {
		t.Errorf("%q, %v", s, err)
	}
	if Scope("").Allows("GET", "User") || Scope("admin").Allows("GET", "User") {
		t.Error("a scope that is none allows something")
	}
	for resource, want := range map[string]Scope{"User": ScopeUsers, "Group": ScopeGroups, "Bulk": ScopeAll} {
		if got := Needed("POST", resource); got != want {
			t.Errorf("a POST of %s needs %s", resource, got)
		}
	}
}
