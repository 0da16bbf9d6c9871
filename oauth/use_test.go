package oauth

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"scimforce/oauth/database/databasetest"
	"scimforce/salesforce/simulator"
)

func TestConnectionTellsWhenItWasUsedWhyNotAndSinceWhenItsTokenIs(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
		host, now := newLoginHost(t, "seed"), newClock()
		db := open(t)
		// Each start is one of the bridge; what it noted is there when it is closed.
		during := func(f func(a *Authorizer)) Connection {
			t.Helper()
			a := newAuthorizer(t, host, db, func(c *settings) { c.Now, c.HTTPClient = now.Now, host.Client() })
			f(a)
			if err := a.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			c, found, err := a.store.Connection(t.Context(), DefaultConnection)
			if err != nil || !found {
				t.Fatalf("found %v, %v", found, err)
			}
			return c
		}
		begun := now.Now()
		if c := during(func(*Authorizer) {}); !c.LastUsedAt.IsZero() || c.LastError != "" || !c.RefreshTokenSince.Equal(begun) {
			t.Errorf("before any use: %+v", c)
		}
		now.advance(time.Hour)
		used := now.Now()
		if c := during(func(a *Authorizer) { mustToken(t, a) }); !c.LastUsedAt.Equal(used) || c.LastError != "" || !c.RefreshTokenSince.Equal(used) {
			t.Errorf("after a rotation at %v: %+v", used, c)
		}
		now.advance(usePeriod - time.Second)
		host.sets(t, func(app *simulator.App) { app.RotateRefreshTokens = false })
		if c := during(func(a *Authorizer) { mustToken(t, a) }); !c.LastUsedAt.Equal(used) || !c.RefreshTokenSince.Equal(used) {
			t.Errorf("a use shortly after, without a rotation: %+v", c)
		}
		now.advance(time.Second)
		later := now.Now()
		if c := during(func(a *Authorizer) { mustToken(t, a) }); !c.LastUsedAt.Equal(later) || !c.RefreshTokenSince.Equal(used) {
			t.Errorf("a use %v later: %+v", usePeriod, c)
		}
		host.RefuseConnections(1)
		c := during(func(a *Authorizer) {
			if _, err := a.Token(t.Context()); !IsUnavailable(err) {
				t.Errorf("error %v", err)
			}
		})
		if !strings.Contains(c.LastError, "no answer") || strings.Contains(c.LastError, "127.0.0.1") {
			t.Errorf("last error %q, want one without an address", c.LastError)
		}
		if c := during(func(a *Authorizer) { mustToken(t, a) }); c.LastError != "" {
			t.Errorf("last error %q after a success", c.LastError)
		}
		host.RevokeAll()
		c = during(func(a *Authorizer) {
			if _, err := a.Token(t.Context()); !IsGrantLost(err) {
				t.Errorf("error %v", err)
			}
		})
		if !strings.Contains(c.LastError, "expired access/refresh token") {
			t.Errorf("last error %q", c.LastError)
		}
	})
}

func TestUseThatCannotBeNotedIsNoFailure(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	mustExec(t, a, `CREATE TRIGGER fault BEFORE UPDATE OF last_used_at ON oauth_connections BEGIN SELECT RAISE(FAIL, 'disk full'); END`)
	if _, err := a.Token(t.Context()); err != nil {
		t.Errorf("error %v", err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
