package oauth

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"scimforce/oauth/database/databasetest"
)

// Between Salesforce's answer and the commit, the database is gone for longer
// than others wait for an attempt.
func TestDatabaseThatAllLoseInARefreshForAnHour(t *testing.T) {
	host, now, way := newLoginHost(t, "seed"), newClock(), newProxy(t)
	gate := newTurnstile(t, host, "seed")
	open := func() *Authorizer {
		return newAuthorizer(t, host, databasetest.Open(t, way.URL), func(c *settings) { c.Now = now.Now })
	}
	one, other := open(), open()
	host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		way.cut()
		return gate.pass(w, r)
	})
	_, err := one.Token(t.Context())
	if got := Explain(err); got.Code != StoreFailed || !strings.Contains(err.Error(), "not used") || !strings.Contains(got.Cause, "cannot be reached") {
		t.Fatalf("error %v, explained %+v", err, got)
	}
	for range 2 {
		if _, err := other.Token(t.Context()); Explain(err).Code != StoreFailed {
			t.Fatalf("error %v of another replica", err)
		}
		now.advance(time.Hour)
	}
	host.intercept(gate.pass)
	way.mend()
	// The first that asks is the one that knows nothing: it waits.
	mustToken(t, other)
	if got := mustToken(t, one); got != host.answered(0).Access {
		t.Error("the answer that waited was thrown away")
	}
	if n := gate.count(); n != 2 {
		t.Errorf("%d refreshes, want one of each", n)
	}
}

// The row lock of a replica that has lost the database is free, and its attempt
// is what keeps the others off.
func TestReplicaThatAloneIsCutOffInARefreshIsWaitedFor(t *testing.T) {
	host, way := newLoginHost(t, "seed"), newProxy(t)
	gate := newTurnstile(t, host, "seed")
	one := newAuthorizer(t, host, databasetest.Open(t, way.URL), nil)
	other := newAuthorizer(t, host, databasetest.Open(t, way.Direct), func(c *settings) {
		c.Now = func() time.Time { return time.Now().Add(-time.Minute) } // its clock is slow
	})
	host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		way.cut()
		return gate.pass(w, r)
	})
	if _, err := one.Token(t.Context()); Explain(err).Code != StoreFailed {
		t.Fatalf("error %v", err)
	}
	host.intercept(gate.pass)
	var asking sync.WaitGroup
	asking.Go(func() {
		if _, err := other.Token(t.Context()); err != nil {
			t.Errorf("the other replica: %v", err)
		}
	})
	way.mend()
	asking.Wait()
	mustToken(t, one)
}

func TestCommitWhoseAnswerIsLostIsRecognized(t *testing.T) {
	host, now, way := newLoginHost(t, "seed"), newClock(), newProxy(t)
	gate := newTurnstile(t, host, "seed")
	direct := databasetest.Open(t, way.Direct)
	a := newAuthorizer(t, host, databasetest.Open(t, way.URL), func(c *settings) { c.Now = now.Now })
	locked := make(chan func(), 1)
	host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		locked <- lockGrants(t, direct)
		return gate.pass(w, r)
	})
	var asking sync.WaitGroup
	asking.Go(func() {
		if _, err := a.Token(t.Context()); Explain(err).Code != StoreFailed {
			t.Errorf("error %v", err)
		}
	})
	release := <-locked
	waitForBlocked(t, direct) // the server has the statement
	way.cut()
	release()
	asking.Wait()
	way.mend()
	now.advance(coolDownMost)
	if got := mustToken(t, a); got != host.answered(0).Access || gate.count() != 1 {
		t.Errorf("%d refreshes, want the token of the one whose commit nobody confirmed", gate.count())
	}
}

func TestCloseStoresWhatWasNotStored(t *testing.T) {
	host, way := newLoginHost(t, "seed"), newProxy(t)
	gate := newTurnstile(t, host, "seed")
	a := newAuthorizer(t, host, databasetest.Open(t, way.URL), nil)
	host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		way.cut()
		return gate.pass(w, r)
	})
	if _, err := a.Token(t.Context()); Explain(err).Code != StoreFailed {
		t.Fatalf("error %v", err)
	}
	host.intercept(gate.pass)
	short, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := a.Close(short); err == nil || !strings.Contains(err.Error(), "lost with this process") {
		t.Errorf("closed without a database: %v", err)
	}
	var closing sync.WaitGroup
	closing.Go(func() {
		if err := a.Close(t.Context()); err != nil {
			t.Errorf("closed with one: %v", err)
		}
	})
	way.mend()
	closing.Wait()
	mustToken(t, newAuthorizer(t, host, databasetest.Open(t, way.Direct), nil))
}

func TestSuccessorIsStoredAlsoWhereSomebodyHasTakenTheAttemptOver(t *testing.T) {
	host := newLoginHost(t, "seed")
	db := newDatabase(t)
	a := newAuthorizer(t, host, db, nil)
	host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		host.pass(w, r)
		// Another process has waited long enough, and is about to send the old token.
		if _, err := db.Exec(`UPDATE oauth_grants SET version = version + 1, attempted_at = 1`); err != nil {
			t.Error(err)
		}
		return true
	})
	mustToken(t, a)
	if token, _ := a.store.stored(t); token != host.answered(0).Refresh {
		t.Error("the successor is not stored")
	}
	host.intercept(nil)
	mustToken(t, newAuthorizer(t, host, db, nil))
}

func TestGrantThatIsGivenBackDuringARefreshStaysGivenBack(t *testing.T) {
	host := newLoginHost(t, "seed")
	db := newDatabase(t)
	a, other := newAuthorizer(t, host, db, nil), newAuthorizer(t, host, db, nil)
	host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		host.intercept(nil)
		answer := httptest.NewRecorder()
		host.pass(answer, r)
		if err := other.Revoke(context.Background()); err != nil { // which knows the old token alone
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer.Body.Bytes())
		return true
	})
	if _, err := a.Token(t.Context()); Explain(err).Code != revokedByBridge {
		t.Errorf("error %v", err)
	}
	if last := host.requests[len(host.requests)-1]; last.Get("token") != host.answered(0).Refresh {
		t.Errorf("the last request was %v, want a revocation of the successor", last)
	}
}

func TestRevocationWaitsForWhatIsNotStored(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	mustExec(t, a, `CREATE TRIGGER fault BEFORE UPDATE OF refresh_token ON oauth_grants BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END`)
	for range 2 {
		if _, err := a.Token(t.Context()); Explain(err).Code != StoreFailed {
			t.Fatalf("error %v", err)
		}
		if err := a.Revoke(t.Context()); !IsUnavailable(err) {
			t.Fatalf("a spent token was revoked: %v", err)
		}
	}
	mustExec(t, a, `DROP TRIGGER fault`)
	if err := a.Revoke(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last := host.requests[len(host.requests)-1]; last.Get("token") != host.answered(0).Refresh {
		t.Errorf("revoked %v, want the successor", last)
	}
}

func TestLockIsGivenBackWhenTheDatabaseDoesNotAnswer(t *testing.T) {
	way := newProxy(t)
	s := openStore(t, databasetest.Open(t, way.URL), nil)
	unlock, err := s.lock(t.Context(), DefaultConnection)
	if err != nil {
		t.Fatal(err)
	}
	way.stall()
	unlock() // and does not hang
	way.mend()
	unlock, err = s.lock(t.Context(), DefaultConnection)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}
