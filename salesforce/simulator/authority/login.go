package authority

import (
	"net/http"
	"strings"
	"time"

	"scimforce/salesforce/simulator/org"
)

// Statuses of LoginHistory.
// unverified: the statuses of LoginHistory except "Success", "Invalid Password" and "Failed: Token request is already being processed".
const (
	loggedIn        = "Success"
	wrongPassword   = "Invalid Password"
	lockedOut       = "Password Lockout"
	userInactive    = "Inactive User"
	userFrozen      = "User is Frozen"
	restrictedIP    = "Restricted IP"
	orgClosed       = "Organization Closed"
	rateExceeded    = "Login Rate Exceeded"
	apiDisabled     = "API Disabled"
	passwordFlowOff = "Username-Password Flow Disabled"
	tokenProcessing = "Failed: Token request is already being processed"
)

// loginKind is how a login came about, as rows tell of it.
type loginKind struct {
	login       string // LoginType
	session     string // SessionType
	application string
	browser     string
	from        string // SourceIp
}

// byApp is a login that ends in a token of the app.
// unverified: LoginType "Remote Access 2.0" and SessionType "Oauth2" of all OAuth flows.
func byApp(r *http.Request, app *App) loginKind {
	return loginKind{"Remote Access 2.0", "Oauth2", app.Name, "Unknown", addressText(r)}
}

// byBrowser is a login of a person on the login page.
// unverified: the Application and the Browser of a login by page.
func byBrowser(r *http.Request) loginKind {
	return loginKind{"Application", "UI", "Browser", agentOf(r), addressText(r)}
}

// addressText is the client's address as rows hold it.
func addressText(r *http.Request) string {
	if addr := addressOf(r); addr.IsValid() {
		return addr.String()
	}
	return ""
}

// agentOf is the browser's name, as long as a field of LoginHistory.
func agentOf(r *http.Request) string {
	name := r.UserAgent()
	if len(name) > 64 {
		name = name[:64]
	}
	return strings.ToValidUTF8(name, "")
}

// note writes an attempt to log in into the org: its history, the user's
// UserLogin, and, where it succeeded, his LastLoginDate.
func (a *Authority) note(p *person, how loginKind, status string) {
	if status == loggedIn {
		p.tenant.org.RecordLogin(p.id)
	}
	p.tenant.rows.login(org.Row{
		"UserId": p.id, "LoginTime": a.cfg.Now(), "LoginType": how.login,
		"SourceIp": how.from, "Application": how.application, "Browser": how.browser, "Status": status,
	})
}

// failures are the wrong passwords of a user since his last right one.
type failures struct {
	count  int
	locked time.Time // when they locked him out; zero while they have not
}

// enter checks a username and password, and whether the user may log in at
// all. here is the org of the host, nil at the login host. With withToken the
// password has to end in the user's security token, if he has one. The person
// is found unless the username is nobody's.
func (a *Authority) enter(here *tenant, username, password string, withToken bool) (p person, found bool, status string) {
	p, found = a.find(here, username)
	if !found {
		return p, false, wrongPassword
	}
	policy := p.tenant.policy.Load()
	if a.lockedOut(&p, policy) {
		return p, true, lockedOut
	}
	if token := policy.SecurityTokens[strings.ToLower(p.username)]; withToken && token != "" {
		bare, has := strings.CutSuffix(password, token)
		if !has {
			a.failed(&p, policy)
			return p, true, wrongPassword
		}
		password = bare
	}
	if !p.tenant.org.CheckPassword(p.username, password) {
		a.failed(&p, policy)
		return p, true, wrongPassword
	}
	a.mu.Lock()
	delete(a.failures, p.userKey)
	a.mu.Unlock()
	switch {
	case policy.Closed:
		return p, true, orgClosed
	case !p.active:
		return p, true, userInactive
	case p.frozen:
		return p, true, userFrozen
	}
	return p, true, loggedIn
}

// lockedOut says whether wrong passwords keep the user out, and lets him in
// again when his time is over.
func (a *Authority) lockedOut(p *person, policy *LoginPolicy) bool {
	if !p.locked {
		return false
	}
	a.mu.Lock()
	since := a.failures[p.userKey].locked
	over := !since.IsZero() && policy.lockFor() > 0 && a.cfg.Now().Sub(since) >= policy.lockFor()
	a.mu.Unlock()
	if over {
		p.tenant.org.UnlockPassword(p.id)
	}
	return !over
}

// failed counts a wrong password, which may lock the user out. A lock that an
// administrator took away starts the count anew.
func (a *Authority) failed(p *person, policy *LoginPolicy) {
	a.mu.Lock()
	f := a.failures[p.userKey]
	if !f.locked.IsZero() {
		f = failures{}
	}
	f.count++
	lock := policy.maxFailures() > 0 && f.count >= policy.maxFailures()
	if lock {
		f.locked = a.cfg.Now()
	}
	a.failures[p.userKey] = f
	a.mu.Unlock()
	p.tenant.org.RecordFailedLogin(p.id, lock)
}

// loginCount is how often a user logged in within an hour.
type loginCount struct {
	began time.Time
	n     int
}

// admitLogin counts a login and says whether the hour's are used up.
func (a *Authority) admitLogin(p *person) bool {
	most := p.tenant.policy.Load().LoginsPerHour
	if most <= 0 {
		return true
	}
	now := a.cfg.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.logins[p.userKey]
	if past := now.Sub(c.began); past < 0 || past >= time.Hour { // a clock may be set back
		c = loginCount{began: now}
	}
	c.n++
	a.logins[p.userKey] = c
	return c.n <= most
}

// admitsAddress says whether the login IP ranges let the user in with the app.
func admitsAddress(r *http.Request, p *person, app *App) bool {
	return app.RelaxIP || p.tenant.policy.Load().admits(p.profile, addressOf(r))
}

// active says whether the user may use the org at all.
func (u userKey) active() (active bool) {
	_ = u.tenant.org.View(func(v *org.View) error { // the function returns no error
		if users, ok := v.Object("User"); ok {
			if user, found := v.Get(users, u.id); found {
				active, _ = user.Get("IsActive").(bool)
			}
		}
		return nil
	})
	return active
}
