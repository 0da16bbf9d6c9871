package authority

import "net/http"

// refusal is a refused OAuth request: HTTP 400 with code and description in
// the body.
type refusal struct {
	code, description string
	status            string // of the login history; default made of the description
}

func refused(code, description string) *refusal {
	return &refusal{code: code, description: description}
}

// as gives the refusal a status of its own in the login history.
func (e *refusal) as(status string) *refusal {
	e.status = status
	return e
}

// statusOf is the login history's word for the outcome of a token request.
// unverified: the login history of refusals that have no recorded status.
func statusOf(bad *refusal) string {
	switch {
	case bad == nil:
		return loggedIn
	case bad.status != "":
		return bad.status
	}
	return "Failed: " + bad.description
}

// The refusals that more than one flow gives. Every other one stands where it
// is given.

// unknownApp is also what an app says that is younger than ten minutes.
func unknownApp() *refusal { return refused("invalid_client_id", "client identifier invalid") }

// expiredToken is said of refresh tokens that are expired, revoked, unknown or
// rotated away: nothing tells them apart.
func expiredToken() *refusal { return refused("invalid_grant", "expired access/refresh token") }

// stillProcessing is transient: the token is in use by another request.
func stillProcessing() *refusal {
	return refused("invalid_grant", "token request is already being processed").as(tokenProcessing)
}

// expiredCode is said of codes that are too old, used or unknown.
func expiredCode() *refusal { return refused("invalid_grant", "expired authorization code") }

// inactiveUser is said of deactivated and of frozen users.
// unverified: inactive_user "user is inactive", at the token endpoint with status 400.
func inactiveUser(status string) *refusal {
	return refused("inactive_user", "user is inactive").as(status)
}

// unverified: inactive_org "organization is locked, closed, or suspended", at the token endpoint with status 400.
func inactiveOrg() *refusal {
	return refused("inactive_org", "organization is locked, closed, or suspended").as(orgClosed)
}

func ipRestricted() *refusal {
	return refused("invalid_grant", "ip restricted").as(restrictedIP)
}

// authenticationFailure is the one answer of the username-password flow to all
// that is wrong with a login.
// unverified: a disabled username-password flow is refused with the words of a wrong password.
func authenticationFailure(status string) *refusal {
	return refused("invalid_grant", "authentication failure").as(status)
}

// notApproved is said where administrators approve an app's users.
func notApproved() *refusal {
	return refused("invalid_app_access", "user is not admin approved to access this app")
}

// notInstalled is what users of the JWT bearer flow report; the authorize page
// has OAUTH_EC_APP_NOT_FOUND with the same sentence.
func notInstalled() *refusal {
	return refused("app_not_found", "External client app is not installed in this org")
}

func refuse(w http.ResponseWriter, f format, e *refusal) {
	f.write(w, http.StatusBadRequest, record{{"error", e.code}, {"error_description", e.description}})
}
