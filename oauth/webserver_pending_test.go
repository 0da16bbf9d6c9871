package oauth

import (
	"database/sql"
	"net/http"
	"sync"
	"testing"

	"scimforce/oauth/database/databasetest"
)

func TestConnectionInUseGoesOnUntilSave(t *testing.T) {
	c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
	c.mustConnect(t, c.request())
	a := c.authorizer(t, "production")
	first, err := a.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := c.request()
	r.ConsumerSecret = "" // known from before
	if _, err := c.Complete(t.Context(), "session", c.mustAllow(t, r, administrator)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Renew(t.Context(), first); err != nil {
		t.Errorf("with an authorization pending: %v", err)
	}
	if _, err := c.Save(t.Context(), "session"); err != nil {
		t.Fatal(err)
	}
	mustToken(t, c.authorizer(t, "production"))
	if _, err := a.Renew(t.Context(), first); err != nil {
		t.Errorf("the one before, which nobody has replaced yet: %v", err)
	}
}

func TestDiscardRevokesAndKeepsTheConnection(t *testing.T) {
	c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
	c.mustConnect(t, c.request())
	if _, err := c.Complete(t.Context(), "session", c.mustAllow(t, c.request(), administrator)); err != nil {
		t.Fatal(err)
	}
	given := c.host.answered(len(c.host.answers) - 1).Refresh
	c.host.RefuseConnections(0)
	c.host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	if err := c.Discard(t.Context(), "session"); !IsUnavailable(err) {
		t.Errorf("Discard without Salesforce: %v", err)
	}
	if _, ok, err := c.Pending(t.Context(), "session"); !ok || err != nil {
		t.Errorf("what could not be discarded is pending still: %v, %v", ok, err)
	}
	c.host.intercept(nil)
	if err := c.Discard(t.Context(), "session"); err != nil {
		t.Fatal(err)
	}
	if last := c.host.requests[len(c.host.requests)-1]; last.Get("token") != given || given == "" {
		t.Errorf("revoked %q, want %q", last.Get("token"), given)
	}
	if _, ok, _ := c.Pending(t.Context(), "session"); ok {
		t.Error("pending after Discard")
	}
	if err := c.Discard(t.Context(), "session"); Explain(err).Code != NothingPending {
		t.Errorf("discarded twice: %v", err)
	}
	mustToken(t, c.authorizer(t, "production"))
}

func TestAuthorizationThatNobodySavesIsGivenBack(t *testing.T) {
	c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
	if _, err := c.Complete(t.Context(), "session", c.mustAllow(t, c.request(), administrator)); err != nil {
		t.Fatal(err)
	}
	forgotten := c.host.answered(0).Refresh
	c.time.advance(pendingTime)
	if _, ok, _ := c.Pending(t.Context(), "session"); ok {
		t.Error("pending for ever")
	}
	if _, err := c.Save(t.Context(), "session"); Explain(err).Code != NothingPending {
		t.Errorf("saved too late: %v", err)
	}
	c.mustBegin(t, c.request())
	if last := c.host.requests[len(c.host.requests)-1]; last.Get("token") != forgotten {
		t.Errorf("the last request was %v, want a revocation", last)
	}
	var sealed int
	if err := c.store.db.QueryRow(`SELECT COUNT(*) FROM oauth_attempts WHERE sealed IS NOT NULL`).Scan(&sealed); err != nil || sealed != 1 {
		t.Errorf("%d attempts hold something, want the one just begun, %v", sealed, err)
	}
}

func TestSecondAuthorizationOfASessionGivesTheFirstBack(t *testing.T) {
	c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
	for range 2 {
		if _, err := c.Complete(t.Context(), "session", c.mustAllow(t, c.request(), administrator)); err != nil {
			t.Fatal(err)
		}
	}
	if last := c.host.requests[len(c.host.requests)-1]; last.Get("token") != c.host.answered(0).Refresh {
		t.Errorf("the last request was %v, want a revocation of the first", last)
	}
	if _, err := c.Save(t.Context(), "session"); err != nil {
		t.Fatal(err)
	}
	mustToken(t, c.authorizer(t, "production"))
}

func TestSaveGivesTheAuthorizationBackThatItReplaces(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
		c := newConsole(t, newLoginHost(t, ""), open(t))
		c.mustConnect(t, c.request())
		a := c.authorizer(t, "production") // of a replica that has not heard of the new one
		token, err := a.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		rotated := c.host.answered(1).Refresh
		c.mustConnect(t, c.request())
		if last := c.host.requests[len(c.host.requests)-1]; last.Get("token") != rotated || rotated == "" {
			t.Errorf("the last request was %v, want a revocation of what was replaced", last)
		}
		if c.host.opens(t, token) {
			t.Error("the replaced authorization is good")
		}
		if token, err = a.Renew(t.Context(), token); err != nil || !c.host.opens(t, token) {
			t.Errorf("with the new one: %v", err)
		}
	})
}

func TestRefreshThatASaveOvertakesGivesItsTokenBack(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
		c := newConsole(t, newLoginHost(t, ""), open(t))
		c.mustConnect(t, c.request())
		arrived, release := make(chan struct{}), make(chan struct{})
		letGo := sync.OnceFunc(func() { close(release) })
		t.Cleanup(letGo) // before the host is closed, also when the test fails
		c.host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.PostForm.Get("grant_type") != "refresh_token" {
				return false
			}
			c.host.intercept(nil)
			c.host.pass(w, r) // the net/http server holds it back until this returns
			close(arrived)
			<-release
			return true
		})
		a := c.authorizer(t, "production")
		got := make(chan error, 1)
		go func() {
			_, err := a.Token(t.Context())
			got <- err
		}()
		<-arrived
		overtaken := c.host.answered(1).Refresh
		c.mustConnect(t, c.request())
		letGo()
		if err := <-got; err != nil {
			t.Errorf("the caller that waited: %v", err)
		}
		if given := c.host.requests[len(c.host.requests)-2]; given.Get("token") != overtaken { // the last is the refresh that follows
			t.Errorf("the token of the overtaken refresh is good for ever: %v", given)
		}
		token, err := a.Token(t.Context())
		if err != nil || !c.host.opens(t, token) {
			t.Errorf("the new authorization: %v", err)
		}
	})
}

func TestSaveRevokesNothingElse(t *testing.T) {
	revocations := func(c *console) (n int) {
		c.host.mu.Lock()
		defer c.host.mu.Unlock()
		for _, r := range c.host.requests {
			if r.Has("token") {
				n++
			}
		}
		return n
	}
	t.Run("the seed of the environment, which others may have too", func(t *testing.T) {
		c := newConsole(t, newLoginHost(t, "seed"), newDatabase(t))
		err := c.store.Configure(t.Context(), Connection{Name: "production", LoginURL: c.host.URL, ConsumerKey: "key"},
			Secrets{ConsumerSecret: "secret", RefreshToken: "seed"})
		if err != nil {
			t.Fatal(err)
		}
		c.mustConnect(t, c.request())
		if n := revocations(c); n != 0 {
			t.Errorf("%d revocations", n)
		}
	})
	t.Run("what another app was given, whose access tokens are in use until the bridge has read the change", func(t *testing.T) {
		c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
		if err := c.store.Save(t.Context(), Connection{Name: "production", LoginURL: c.host.URL, ConsumerKey: "other"}, Secrets{RefreshToken: "of-other"}); err != nil {
			t.Fatal(err)
		}
		c.mustConnect(t, c.request())
		if n := revocations(c); n != 0 {
			t.Errorf("%d revocations", n)
		}
	})
	t.Run("what is lost already", func(t *testing.T) {
		c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
		c.mustConnect(t, c.request())
		c.host.RevokeAll()
		if _, err := c.authorizer(t, "production").Token(t.Context()); !IsGrantLost(err) {
			t.Fatal(err)
		}
		c.mustConnect(t, c.request())
		if n := revocations(c); n != 0 {
			t.Errorf("%d revocations", n)
		}
	})
}

func TestSaveIsDoneAlsoWhereSalesforceCannotBeAskedAfterwards(t *testing.T) {
	c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
	c.mustConnect(t, c.request())
	if _, err := c.Complete(t.Context(), "session", c.mustAllow(t, c.request(), administrator)); err != nil {
		t.Fatal(err)
	}
	c.host.intercept(func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) })
	if _, err := c.Save(t.Context(), "session"); err != nil {
		t.Fatal(err)
	}
	c.host.intercept(nil)
	mustToken(t, c.authorizer(t, "production"))
}
