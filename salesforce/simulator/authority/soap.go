package authority

import (
	"net/http"
	"time"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/soap"
)

// bySOAP is a login by username and password over the SOAP API, without an app.
// unverified: LoginType and SessionType of a login by SOAP
func bySOAP(r *http.Request) loginKind {
	return loginKind{"Other Apex API", "API", "Unknown", "Unknown", addressText(r)}
}

// soapDoor is how users come in by SOAP.
type soapDoor struct{ a *Authority }

// Login begins a session for a username and password, the security token behind
// the password where the user has one.
func (d soapDoor) Login(r *http.Request, username, password string) (soap.Session, error) {
	a := d.a
	p, found, status := a.enter(a.hostTenant(r), username, password, true)
	if !found {
		return soap.Session{}, soap.InvalidLogin()
	}
	how := bySOAP(r)
	switch {
	case status != loggedIn:
	case !admitsAddress(r, &p, &App{}):
		status = restrictedIP
	case !a.admitLogin(&p):
		status = rateExceeded
	}
	if status == loggedIn && !p.tenant.org.MayUseAPI(p.id) {
		a.note(&p, how, apiDisabled)
		// unverified: that a login by SOAP tells a user without API Enabled so
		return soap.Session{}, &soap.Fault{Code: "API_CURRENTLY_DISABLED", Message: "API is disabled for this User"}
	}
	a.note(&p, how, status)
	if status != loggedIn {
		return soap.Session{}, soap.InvalidLogin()
	}
	s := a.startSession(&p, &App{}, nil, // no app: the session is the user's own
		[]string{"full"}, how)
	user, _ := p.tenant.org.Find("User", p.id)
	home, _ := p.tenant.org.Find("Organization", p.tenant.orgID())
	text := func(row org.Row, field string) string {
		value, _ := row[field].(string)
		return value
	}
	sandbox, _ := home["IsSandbox"].(bool)
	return soap.Session{
		Token: s.token, InstanceURL: p.tenant.url(r), Seconds: int(s.ttl / time.Second),
		UserID: p.id, Username: text(user, "Username"), FullName: text(user, "Name"), Email: text(user, "Email"), UserType: text(user, "UserType"),
		Language: text(user, "LanguageLocaleKey"), Locale: text(user, "LocaleSidKey"), TimeZone: text(user, "TimeZoneSidKey"),
		ProfileID: text(user, "ProfileId"), RoleID: text(user, "UserRoleId"),
		OrgID: p.tenant.orgID(), OrgName: text(home, "Name"), Sandbox: sandbox,
	}, nil
}

// Logout ends a session.
func (d soapDoor) Logout(token string) bool { return d.a.ExpireSession(token) }
