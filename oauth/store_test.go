package oauth

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

func TestRotatedTokenSurvivesARestartAndTheSeedIsNeverUsedAgain(t *testing.T) {
	host := newLoginHost(t, "seed")
	path := filepath.Join(t.TempDir(), "oauth.db")
	for range 4 { // the host ends the grant at the first reuse
		db := openDatabase(t, path)
		a := newAuthorizer(t, host, db, nil)
		first, err := a.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Renew(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNewSeedReplacesTheOldAndGoingBackFindsTheSuccessor(t *testing.T) {
	host := newLoginHost(t, "seed")
	db := newDatabase(t)
	mustToken(t, newAuthorizer(t, host, db, nil)) // seed -> rotated-1
	host.grants(t, "second")                      // another grant, of the same app
	mustToken(t, newAuthorizer(t, host, db, func(c *settings) { c.RefreshToken = "second" }))
	mustToken(t, newAuthorizer(t, host, db, nil))
	// Without a seed the grant that was used last is taken.
	mustToken(t, newAuthorizer(t, host, db, func(c *settings) { c.RefreshToken = "" }))
}

func TestSeedStandsInTheDatabaseOnlyUntilItIsSpent(t *testing.T) {
	host := newLoginHost(t, "seed")
	db := newDatabase(t)
	a := newAuthorizer(t, host, db, nil)
	mustToken(t, a)
	token, seedHash := a.store.stored(t)
	if token != host.answered(0).Refresh || seedHash != hash("seed") {
		t.Errorf("token %q, hash %q", token, seedHash)
	}
}

func TestWithoutRotationTheTokenStays(t *testing.T) {
	host := newLoginHost(t, "seed")
	host.sets(t, func(app *simulator.App) { app.RotateRefreshTokens = false })
	db := newDatabase(t)
	for range 2 {
		mustToken(t, newAuthorizer(t, host, db, nil))
	}
	if token, _ := openStore(t, db, nil).stored(t); token != "seed" {
		t.Errorf("token %q", token)
	}
}

func TestAccessTokenIsNotUsedBeforeTheStoreHasTheSuccessor(t *testing.T) {
	host, now := newLoginHost(t, "seed"), newClock()
	db := newDatabase(t)
	a := newAuthorizer(t, host, db, func(c *settings) { c.Now = now.Now })
	// The disk fails between the answer and the commit.
	mustExec(t, a, `CREATE TRIGGER fault BEFORE UPDATE OF refresh_token ON oauth_grants BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END`)
	for range 3 {
		_, err := a.Token(t.Context())
		if !IsUnavailable(err) || !strings.Contains(err.Error(), "not used") || !strings.Contains(err.Error(), "disk I/O error") {
			t.Fatalf("error %v, want one that says the token is not used, and why", err)
		}
		if got := host.answered(0); strings.Contains(err.Error(), got.Refresh) || strings.Contains(err.Error(), got.Access) {
			t.Fatalf("the error holds a token: %v", err)
		}
		now.advance(coolDownMost)
	}
	if n := host.refreshes(); n != 1 {
		t.Errorf("%d refreshes with a spent token at hand, want 1", n)
	}
	mustExec(t, a, `DROP TRIGGER fault`)
	if got := mustToken(t, a); got != host.answered(0).Access {
		t.Errorf("token %q, want the one of the stored answer", got)
	}
	// The successor is in the store: a restart goes on with it.
	mustToken(t, newAuthorizer(t, host, db, nil))
}

func TestRefreshThatWasNeverAnsweredIsMadeAgainAfterARestart(t *testing.T) {
	for name, rotated := range map[string]bool{"before Salesforce rotated": false, "after Salesforce rotated": true} {
		t.Run(name, func(t *testing.T) {
			host, db := newLoginHost(t, "seed"), newDatabase(t)
			host.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
				if rotated {
					host.pass(httptest.NewRecorder(), r)
				}
				panic(http.ErrAbortHandler)
			})
			if _, err := newAuthorizer(t, host, db, nil).Token(t.Context()); !IsUnavailable(err) {
				t.Fatalf("error %v, want unavailable", err)
			}
			host.intercept(nil)
			var log bytes.Buffer
			restarted := newAuthorizer(t, host, db, func(c *settings) {
				c.Now = fastClock() // it waits: that process may live
				c.Logger = slog.New(slog.NewTextHandler(&log, nil))
			})
			if !strings.Contains(log.String(), "never answered") {
				t.Errorf("the log does not warn:\n%s", log.String())
			}
			if !rotated {
				mustToken(t, restarted)
				return
			}
			// The successor is gone with its answer; nothing but a new authorization helps.
			if _, err := restarted.Token(t.Context()); !IsGrantLost(err) {
				t.Errorf("error %v, want a lost grant", err)
			}
			if n := host.refreshes(); n != 2 {
				t.Errorf("%d refreshes, want 2", n)
			}
		})
	}
}

func TestStoreThatTakesNoWritesKeepsTheRefreshTokenUnspent(t *testing.T) {
	host, now := newLoginHost(t, "seed"), newClock()
	a := newAuthorizer(t, host, newDatabase(t), func(c *settings) { c.Now = now.Now })
	mustExec(t, a, `CREATE TRIGGER fault BEFORE UPDATE ON oauth_grants BEGIN SELECT RAISE(FAIL, 'disk full'); END`)
	if _, err := a.Token(t.Context()); !IsUnavailable(err) || host.refreshes() != 0 {
		t.Fatalf("error %v after %d refreshes, want unavailable before any", err, host.refreshes())
	}
	mustExec(t, a, `DROP TRIGGER fault`)
	now.advance(coolDownMost)
	mustToken(t, a)
}

func TestRefreshOfAnotherProcessIsWaitedForBecauseTheOldTokenAgainWouldEndTheGrant(t *testing.T) {
	host, db := newLoginHost(t, "seed"), newDatabase(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	letGo := sync.OnceFunc(func() { close(release) })
	t.Cleanup(letGo) // before the host is closed, also when the test fails
	host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		host.intercept(nil)
		answer := httptest.NewRecorder()
		host.pass(answer, r) // rotated, and the answer is on its way
		close(arrived)
		<-release
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer.Body.Bytes())
		return true
	})
	one, two := newAuthorizer(t, host, db, nil), newAuthorizer(t, host, db, nil)
	got := make(chan error, 2)
	ask := func(a *Authorizer) {
		_, err := a.Token(t.Context())
		got <- err
	}
	go ask(one)
	<-arrived
	go ask(two)
	select {
	case err := <-got:
		t.Fatalf("did not wait: %v", err)
	case <-time.After(3 * attemptPoll):
	}
	letGo()
	for range 2 {
		if err := <-got; err != nil {
			t.Error(err)
		}
	}
	if n := host.refreshes(); n != 2 {
		t.Errorf("%d refreshes, want one of each", n)
	}
}

func TestBusyLoginHostIsWaitedOut(t *testing.T) {
	for _, description := range []string{"token request is already being processed", "expired authorization code"} {
		t.Run(description, func(t *testing.T) {
			host := newLoginHost(t, "seed")
			busy := 2
			host.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
				if busy--; busy >= 0 {
					refuse(w, "invalid_grant", description)
					return true
				}
				return false
			})
			a := newAuthorizer(t, host, newDatabase(t), nil)
			mustToken(t, a)
			if n := host.refreshes(); n != 3 {
				t.Errorf("%d requests, want 3", n)
			}
		})
	}
}

func TestLoginHostThatStaysBusyIsUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := newLoginHost(t, "seed", func(c *simulatortest.Config) { c.InMemory = true })
		host.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, "invalid_grant", "token request is already being processed")
			return true
		})
		a := newAuthorizer(t, host, newDatabase(t), func(c *settings) { c.HTTPClient = host.Client() })
		begun := time.Now()
		if _, err := a.Token(t.Context()); !IsUnavailable(err) || IsGrantLost(err) {
			t.Errorf("error %v, want unavailable", err)
		}
		asked := host.refreshes()
		if waited := time.Since(begun); waited != refreshTimeout || asked < 8 || asked > 40 {
			t.Errorf("asked %d times in %v, want some dozen in %v", asked, waited, refreshTimeout)
		}
	})
}

func TestCloseWaitsForTheRefreshUnderWay(t *testing.T) {
	host := newLoginHost(t, "seed")
	db := newDatabase(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	letGo := sync.OnceFunc(func() { close(release) })
	defer letGo() // also when the test fails before
	host.intercept(func(http.ResponseWriter, *http.Request) bool {
		close(arrived)
		<-release
		return false
	})
	a := newAuthorizer(t, host, db, nil)
	got := make(chan error)
	go func() {
		_, err := a.Token(t.Context())
		got <- err
	}()
	<-arrived
	short, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Close(short); err == nil {
		t.Error("Close did not wait")
	}
	host.intercept(nil)
	letGo()
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
	mustToken(t, newAuthorizer(t, host, db, nil)) // the successor was stored
}

func mustExec(t *testing.T, a *Authorizer, statement string) {
	t.Helper()
	if _, err := a.store.db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
