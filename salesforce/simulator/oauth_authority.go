package simulator

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"time"
)

// Lives of what the authority hands out.
const (
	codeLife    = 15 * time.Minute
	browserLife = 2 * time.Hour
	maxGrants   = 5    // per user and app; a sixth approval revokes the oldest
	maxPending  = 1000 // authorize requests and browser sessions kept
)

// authority remembers who granted what: grants with their refresh tokens,
// sessions (access tokens), authorization codes and the browsers between
// login and Allow.
type authority struct {
	now        func() time.Time
	sessionTTL time.Duration
	orgID      string // 15 characters, the beginning of every access token

	mu       sync.Mutex
	grants   []*grant            // in order of creation
	current  map[string]*grant   // by refresh token
	retired  map[string]*grant   // by refresh token that a rotation replaced
	sessions map[string]*session // by access token
	codes    map[string]*code
	pending  *expiring[authorizeRequest] // by request id
	browsers *expiring[string]           // user id by cookie value
}

// grant is one approval of the app by one user.
type grant struct {
	userID  string
	scopes  []string
	refresh string
	busy    bool // a token request with its refresh token is being worked on
	revoked bool
}

// session is one access token.
type session struct {
	token  string
	userID string
	grant  *grant
	issued time.Time
	used   time.Time // last use: the time of expiry slides with it
}

// code is one authorization code.
type code struct {
	request authorizeRequest
	userID  string
	issued  time.Time
}

func newAuthority(cfg Config) *authority {
	return &authority{
		now:        cfg.Now,
		sessionTTL: cfg.SessionTTL,
		orgID:      cfg.Org.ID()[:15],
		current:    map[string]*grant{},
		retired:    map[string]*grant{},
		sessions:   map[string]*session{},
		codes:      map[string]*code{},
		pending:    newExpiring[authorizeRequest](cfg.Now, codeLife, maxPending),
		browsers:   newExpiring[string](cfg.Now, browserLife, maxPending),
	}
}

// grant records an approval and revokes the oldest one above five.
func (a *authority) grant(userID string, scopes []string, refresh string) *grant {
	a.mu.Lock()
	defer a.mu.Unlock()
	g := &grant{userID: userID, scopes: scopes, refresh: refresh}
	if old := a.current[refresh]; old != nil {
		a.revokeLocked(old)
	}
	delete(a.retired, refresh)
	a.current[refresh] = g
	a.grants = append(a.grants, g)
	var own []*grant
	for _, one := range a.grants {
		if one.userID == userID {
			own = append(own, one)
		}
	}
	if len(own) > maxGrants {
		a.revokeLocked(own[0])
	}
	return g
}

// startSession hands out a new access token.
func (a *authority) startSession(g *grant) *session {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	for token, old := range a.sessions { // the dead make room
		if now.Sub(old.used) > a.sessionTTL {
			delete(a.sessions, token)
		}
	}
	s := &session{token: a.orgID + "!AQ" + randomText(92), userID: g.userID, grant: g, issued: now, used: now}
	if !g.revoked {
		a.sessions[s.token] = s
	}
	return s
}

// useSession finds a live session and starts its time anew.
func (a *authority) useSession(token string) (session, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.sessions[token]
	if !ok || a.now().Sub(s.used) > a.sessionTTL {
		return session{}, false
	}
	s.used = a.now()
	return *s, true
}

// peekSession finds a live session without prolonging it.
func (a *authority) peekSession(token string) (session, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.sessions[token]
	if !ok || a.now().Sub(s.used) > a.sessionTTL {
		return session{}, false
	}
	return *s, true
}

// revoke ends what the token stands for: a refresh token its grant with all
// access tokens, an access token only itself.
func (a *authority) revoke(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if g := a.current[token]; g != nil {
		a.revokeLocked(g)
		return true
	}
	if _, ok := a.sessions[token]; ok {
		delete(a.sessions, token)
		return true
	}
	return false
}

func (a *authority) revokeLocked(g *grant) {
	g.revoked = true
	delete(a.current, g.refresh)
	a.grants = slices.DeleteFunc(a.grants, func(one *grant) bool { return one == g })
	for token, s := range a.sessions {
		if s.grant == g {
			delete(a.sessions, token)
		}
	}
}

func (a *authority) revokeAll() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.grants) > 0 {
		a.revokeLocked(a.grants[0])
	}
	clear(a.sessions)
	clear(a.codes)
}

func (a *authority) expireSessions() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.sessions)
}

// newRefreshToken has the look of Salesforce's: "5Aep861" and 80 characters.
func newRefreshToken() string { return "5Aep861" + randomText(80) }

// newCode has the look of Salesforce's, with an "==" that clients must escape.
func newCode() string { return "aPrx" + randomText(72) + "==" }

// newPassword is what the org makes up when it resets a password.
func newPassword() string { return randomText(10) + "1a" }

// randomText is n characters of the alphabet A-Z a-z 0-9 _ and '.'.
func randomText(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails, says its documentation
	return strings.ReplaceAll(base64.RawURLEncoding.EncodeToString(raw)[:n], "-", ".")
}
