package authority

import (
	"container/list"
	"slices"
	"time"

	"scimforce/salesforce/simulator/org"
)

// session is one access token. Its fields after ttl are guarded by the
// authority's lock.
type session struct {
	token  string
	user   userKey
	app    string // consumer key
	grant  *grant // nil: of a flow that leaves no refresh token
	scopes []string
	issued time.Time
	ttl    time.Duration

	used time.Time // last use: the time of expiry slides with it
	row  string    // id of its AuthSession
	at   *list.Element
}

func (s *session) expires() time.Time { return s.used.Add(s.ttl) }

// sessionStore holds the live sessions, in the order of their last use.
type sessionStore struct {
	byToken map[string]*session
	order   *list.List // of *session, the longest unused first
}

func newSessionStore() sessionStore {
	return sessionStore{byToken: map[string]*session{}, order: list.New()}
}

func (st *sessionStore) put(s *session) {
	st.byToken[s.token] = s
	s.at = st.order.PushBack(s)
	if s.grant != nil {
		s.grant.sessions[s] = true
	}
}

// remove takes a session out and returns its row.
func (st *sessionStore) remove(s *session) []rowRef {
	if st.byToken[s.token] != s {
		return nil
	}
	delete(st.byToken, s.token)
	st.order.Remove(s.at)
	if s.grant != nil {
		delete(s.grant.sessions, s)
	}
	if s.row == "" {
		return nil
	}
	return []rowRef{{s.user.tenant.org, "AuthSession", s.row}}
}

// makeRoom drops what has died at the old end of the list, and live sessions
// above the bound.
func (st *sessionStore) makeRoom(now time.Time) (refs []rowRef) {
	for e := st.order.Front(); e != nil; e = st.order.Front() {
		s, _ := e.Value.(*session)
		if now.Before(s.expires()) && len(st.byToken) < maxSessions {
			break
		}
		refs = append(refs, st.remove(s)...)
	}
	return refs
}

// startSession hands out a new access token. The session of a grant that was
// revoked meanwhile is dead from the start.
func (a *Authority) startSession(p *person, app *App, g *grant, scopes []string, how loginKind) *session {
	now := a.cfg.Now()
	s := &session{
		token: newAccessToken(p.tenant), user: p.userKey, app: app.ConsumerKey, grant: g, scopes: scopes,
		issued: now, used: now, ttl: a.sessionTTL(p, app),
	}
	if app.JWTAccessTokens {
		s.token = a.jwtAccessToken(s)
	}
	a.mu.Lock()
	refs := a.sessions.makeRoom(now)
	alive := g == nil || !g.revoked
	if alive {
		a.sessions.put(s)
	}
	a.mu.Unlock()
	forget(refs)
	if !alive {
		return s
	}
	row := p.tenant.rows.add("AuthSession", org.Row{
		"UsersId": p.id, "SessionType": how.session, "LoginType": how.login, "SourceIp": how.from,
		"NumSecondsValid": int64(s.ttl / time.Second), "UserType": p.userType,
	})
	a.mu.Lock()
	s.row = row
	ended := row != "" && a.sessions.byToken[s.token] != s
	a.mu.Unlock()
	if ended {
		forget([]rowRef{{p.tenant.org, "AuthSession", row}})
	}
	return s
}

// liveSession finds the session of an access token, prolonging it or not.
func (a *Authority) liveSession(token string, use bool) (session, bool) {
	a.mu.Lock()
	s := a.sessions.byToken[token]
	if s == nil || !a.cfg.Now().Before(s.expires()) {
		a.mu.Unlock()
		return session{}, false
	}
	if use {
		s.used = a.cfg.Now()
		a.sessions.order.MoveToBack(s.at)
	}
	found := *s
	a.mu.Unlock()
	if found.user.tenant.rows.gone(found.row) {
		a.sessionRemoved(s)
		return session{}, false
	}
	if g := found.grant; g != nil && a.grantGone(g) {
		return session{}, false
	}
	return found, true
}

// sessionRemoved ends a session whose row somebody deleted, and its grant
// where the app's sessions are so configured.
func (a *Authority) sessionRemoved(s *session) {
	app := a.app(s.app)
	a.mu.Lock()
	refs := a.sessions.remove(s)
	if s.grant != nil && app != nil && app.RemovedSessionEndsGrant {
		refs = append(refs, a.revokeLocked(s.grant)...)
	}
	a.mu.Unlock()
	forget(refs)
}

// Session is a live access token.
type Session struct {
	UserID string
	Scopes []string
}

// API says whether the session may call the REST API.
func (s *Session) API() bool {
	return slices.Contains(s.Scopes, "api") || slices.Contains(s.Scopes, "full")
}

// Use finds the live session of an access token of the org and starts its time
// anew. A token of another org, or of a user who was deactivated, is not live.
// unverified: that freezing a user leaves his sessions alive.
func (a *Authority) Use(token string, o *org.Org) (Session, bool) {
	s, ok := a.liveSession(token, true)
	if !ok || s.user.tenant.org != o || !s.user.active() {
		return Session{}, false
	}
	return Session{UserID: s.user.id, Scopes: s.scopes}, true
}
