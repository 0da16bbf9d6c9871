package oauth

import (
	"database/sql"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"golang.org/x/oauth2"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
)

// turnstile is what the login host sees of a cluster: one refresh at a time, each
// with the refresh token that is good at that moment.
type turnstile struct {
	t    *testing.T
	host *loginHost

	mu       sync.Mutex
	good     string // the refresh token
	inFlight int
	passed   int
}

func newTurnstile(t *testing.T, host *loginHost, seed string) *turnstile {
	t.Helper()
	s := &turnstile{t: t, host: host, good: seed}
	host.intercept(s.pass)
	return s
}

func (s *turnstile) pass(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	if s.inFlight++; s.inFlight > 1 {
		s.t.Errorf("%d token requests at once", s.inFlight)
	}
	if r.PostForm.Get("refresh_token") != s.good {
		s.t.Error("an old refresh token was sent")
	}
	s.mu.Unlock()
	answer := httptest.NewRecorder()
	s.host.pass(answer, r)
	var got tokens
	_ = json.Unmarshal(answer.Body.Bytes(), &got) // a refusal shows at its caller
	s.mu.Lock()
	s.good = got.Refresh
	s.inFlight--
	s.passed++
	s.mu.Unlock()
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
	return true
}

func (s *turnstile) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.passed
}

// A replica is one process of a cluster, with a clock of its own.
type replica struct {
	*Authorizer
	time *clock

	mu   sync.Mutex
	seen *oauth2.Token // the newest token
	had  int           // tokens
}

func (r *replica) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.had
}

// use works with the newest token until it is older than shortLife, as one is
// whose session has ended, and renews it.
func (r *replica) use(t *testing.T) error {
	token, err := r.Token(t.Context())
	if err != nil {
		return err
	}
	r.mu.Lock()
	if r.seen == nil || r.seen.AccessToken != token.AccessToken {
		r.seen = token
		r.had++
		r.time.advance(shortLife)
	}
	r.mu.Unlock()
	_, err = r.Renew(t.Context(), token)
	return err
}

func TestTwoReplicasUnderLoadNeverSendAnOldTokenAndNobodyIsLoggedOut(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
		host := newLoginHost(t, "seed")
		gate := newTurnstile(t, host, "seed")
		var replicas []*replica
		for range 2 {
			now := newClock()
			a := newAuthorizer(t, host, open(t), func(c *settings) { c.Now = now.Now })
			replicas = append(replicas, &replica{Authorizer: a, time: now})
		}
		share := 500
		if replicas[0].store.engine == database.SQLite {
			share = 20 // who comes second waits for attemptPoll there
		}
		var callers sync.WaitGroup
		for i := range 32 {
			callers.Go(func() {
				for r := replicas[i%2]; r.count() < share; {
					if err := r.use(t); err != nil {
						t.Errorf("a caller has no token: %v", err)
						return
					}
				}
			})
		}
		callers.Wait()
		for i, r := range replicas {
			token, err := r.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !host.opens(t, token) {
				t.Errorf("the org does not take the token of replica %d", i)
			}
		}
		if n := gate.count(); n < 2*share {
			t.Errorf("%d refreshes, want %d", n, 2*share)
		}
	})
}
