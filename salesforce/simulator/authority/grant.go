package authority

import (
	"slices"
	"time"

	"scimforce/salesforce/simulator/org"
)

// grant is one approval of an app by one user. Its fields after scopes are
// guarded by the authority's lock.
type grant struct {
	user     userKey
	app      string // consumer key
	scopes   []string
	approved time.Time
	token    string // what OauthToken shows as DeleteToken

	refresh  string
	retired  []string // refresh tokens that rotations replaced, oldest first
	used     time.Time
	uses     int64
	busy     bool // a token request with its refresh token is being worked on
	revoked  bool
	row      string // id of its OauthToken
	sessions map[*session]bool
}

// approval is a user and an app.
type approval struct {
	user userKey
	app  string
}

// grantStore holds the live grants.
type grantStore struct {
	current  map[string]*grant     // by refresh token
	retired  map[string]*grant     // by refresh token that a rotation replaced
	byDelete map[string]*grant     // by DeleteToken
	of       map[approval][]*grant // oldest first
}

func newGrantStore() grantStore {
	return grantStore{
		current: map[string]*grant{}, retired: map[string]*grant{},
		byDelete: map[string]*grant{}, of: map[approval][]*grant{},
	}
}

// grant records an approval with its refresh token, and revokes the oldest one
// above five.
func (a *Authority) grant(user userKey, app *App, scopes []string, refresh string) *grant {
	now := a.cfg.Now()
	g := &grant{
		user: user, app: app.ConsumerKey, scopes: scopes, approved: now, token: randomText(40),
		refresh: refresh, used: now, sessions: map[*session]bool{},
	}
	key := approval{user, app.ConsumerKey}
	var refs []rowRef
	a.mu.Lock()
	st := &a.grants
	for _, old := range []*grant{st.current[refresh], st.retired[refresh]} {
		if old != nil {
			refs = append(refs, a.revokeLocked(old)...)
		}
	}
	st.current[refresh] = g
	st.byDelete[g.token] = g
	st.of[key] = append(st.of[key], g)
	if own := st.of[key]; len(own) > maxApprovals {
		refs = append(refs, a.revokeLocked(own[0])...)
	}
	a.mu.Unlock()
	forget(refs)

	row := user.tenant.rows.add("OauthToken", org.Row{
		"AppName": app.Name, "UserId": user.id, "DeleteToken": g.token, "LastUsedDate": now,
	})
	a.mu.Lock()
	g.row = row
	ended := row != "" && g.revoked
	a.mu.Unlock()
	if ended {
		forget([]rowRef{{user.tenant.org, "OauthToken", row}})
	}
	return g
}

// approvedBefore says whether the user has a live grant for the app.
func (a *Authority) approvedBefore(user userKey, app *App) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.grants.of[approval{user, app.ConsumerKey}]) > 0
}

// revokeLocked ends a grant with all its access tokens, and returns the rows
// that go with it.
func (a *Authority) revokeLocked(g *grant) (refs []rowRef) {
	if g.revoked {
		return nil
	}
	g.revoked = true
	st := &a.grants
	delete(st.current, g.refresh)
	delete(st.byDelete, g.token)
	for _, old := range g.retired {
		delete(st.retired, old)
	}
	key := approval{g.user, g.app}
	st.of[key] = slices.DeleteFunc(st.of[key], func(one *grant) bool { return one == g })
	if len(st.of[key]) == 0 {
		delete(st.of, key)
	}
	for s := range g.sessions {
		refs = append(refs, a.sessions.remove(s)...)
	}
	if g.row != "" {
		refs = append(refs, rowRef{g.user.tenant.org, "OauthToken", g.row})
	}
	return refs
}

func (a *Authority) endGrant(g *grant) {
	a.mu.Lock()
	refs := a.revokeLocked(g)
	a.mu.Unlock()
	forget(refs)
}

// grantGone says whether the grant has ended, which it does, too, when somebody
// deletes its row.
func (a *Authority) grantGone(g *grant) bool {
	a.mu.Lock()
	revoked, row := g.revoked, g.row
	a.mu.Unlock()
	if !revoked && g.user.tenant.rows.gone(row) {
		a.endGrant(g)
		return true
	}
	return revoked
}

// hold reserves the grant of a refresh token for one request of the app. A
// token that a rotation has retired revokes its successor and all access
// tokens of the grant: one reuse ends everything.
func (a *Authority) hold(token string, app *App) (*grant, *refusal) {
	a.mu.Lock()
	st := &a.grants
	if g := st.retired[token]; g != nil && g.app == app.ConsumerKey {
		refs := a.revokeLocked(g)
		a.mu.Unlock()
		forget(refs)
		return nil, expiredToken()
	}
	g := st.current[token]
	if g == nil || g.app != app.ConsumerKey {
		a.mu.Unlock()
		return nil, expiredToken()
	}
	if g.busy {
		a.mu.Unlock()
		return g, stillProcessing()
	}
	if app.expired(g.approved, g.used, a.cfg.Now()) {
		refs := a.revokeLocked(g)
		a.mu.Unlock()
		forget(refs)
		return nil, expiredToken()
	}
	g.busy = true
	a.mu.Unlock()
	if a.grantGone(g) || a.sessionsGone(g, app) {
		a.release(g, "")
		return nil, expiredToken()
	}
	return g, nil
}

// sessionsGone looks, for an app whose removed sessions end their grant, for
// sessions of the grant whose row somebody deleted.
func (a *Authority) sessionsGone(g *grant, app *App) bool {
	if !app.RemovedSessionEndsGrant {
		return false
	}
	a.mu.Lock()
	var all []*session
	for s := range g.sessions {
		all = append(all, s)
	}
	a.mu.Unlock()
	for _, s := range all {
		a.mu.Lock()
		row := s.row
		a.mu.Unlock()
		if g.user.tenant.rows.gone(row) {
			a.sessionRemoved(s)
			return true
		}
	}
	return false
}

// release ends a hold, with a successor token when tokens rotate. It says
// whether the grant is still alive.
func (a *Authority) release(g *grant, successor string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	g.busy = false
	if g.revoked {
		return false
	}
	if successor != "" {
		st := &a.grants
		delete(st.current, g.refresh)
		st.retired[g.refresh] = g
		g.retired = append(g.retired, g.refresh)
		if len(g.retired) > maxRetired {
			delete(st.retired, g.retired[0])
			g.retired = g.retired[1:]
		}
		g.refresh = successor
		st.current[successor] = g
	}
	return true
}

// count notes a use of the grant, for its row and for refresh tokens that
// expire when they are not used.
func (a *Authority) count(g *grant) {
	a.mu.Lock()
	g.used = a.cfg.Now()
	g.uses++
	used, uses, row := g.used, g.uses, g.row
	a.mu.Unlock()
	g.user.tenant.rows.change("OauthToken", row, org.Row{
		"LastUsedDate": used, "UseCount": uses,
	})
}

// liveSessionOf is a live session of the grant, the one used last.
func (a *Authority) liveSessionOf(g *grant) *session {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found *session
	for s := range g.sessions {
		if a.cfg.Now().Before(s.expires()) && (found == nil || s.used.After(found.used)) {
			found = s
		}
	}
	return found
}
