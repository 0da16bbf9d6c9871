package simulator

import (
	"crypto/rand"
	"net/http"
	"strings"

	"scimforce/salesforce/simulator/jsonin"
	"scimforce/salesforce/simulator/org"
)

// passwordOwner finds the user whose password a request is about. Who may not
// reset passwords is told so with the documented 403.
func (q *request) passwordOwner() (id string, bad *answer) {
	if org.FullID(q.params["id"]) != org.FullID(q.actor.UserID) && !q.org.HasPermission(q.actor.UserID, "ResetPasswords") {
		a := messageFirst(http.StatusForbidden, "INSUFFICIENT_ACCESS", "You do not have permission to view this record.")
		return "", &a
	}
	row, found := q.org.Find("User", q.params["id"])
	if !found {
		a := notFound()
		return "", &a
	}
	return text(row["Id"]), nil
}

// passwordState answers GET /sobjects/User/{id}/password.
func (s *Simulator) passwordState(q *request) answer {
	if _, bad := q.passwordOwner(); bad != nil {
		return *bad
	}
	return ok(object{{"isExpired", false}})
}

// setPassword answers POST /sobjects/User/{id}/password {"NewPassword":"..."}.
func (s *Simulator) setPassword(q *request) answer {
	id, bad := q.passwordOwner()
	if bad != nil {
		return *bad
	}
	doc, bad := parseBody(q.body)
	if bad != nil {
		return *bad
	}
	var password string
	read := doc.Text(&password)
	// The documentation spells it NewPassword, nforce sends newPassword.
	if err := doc.Object(doc.Value, jsonin.Field{Name: "NewPassword", Read: read}, jsonin.Field{Name: "newPassword", Read: read}); err != nil {
		return *refuse(err)
	}
	if complaint := againstPolicy(password); complaint != "" {
		return refused(org.Errors{{Status: http.StatusBadRequest, Code: "INVALID_NEW_PASSWORD", Message: complaint, Fields: []string{}}})
	}
	q.org.SetPassword(id, password)
	return noContent()
}

// againstPolicy says what the default password policy has against a password:
// eight characters, letters and digits among them.
// unverified: the words of the password policy.
func againstPolicy(password string) string {
	switch {
	case len([]rune(password)) < 8:
		return "Your password must be at least 8 characters long."
	case !strings.ContainsFunc(password, func(r rune) bool { return r >= '0' && r <= '9' }),
		!strings.ContainsFunc(password, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }):
		return "Your password must include a mix of letters and numbers"
	}
	return ""
}

// resetPassword answers DELETE /sobjects/User/{id}/password: the org makes up
// a password (and would send its owner a mail).
// unverified: the key NewPassword in the answer to a password reset; one client has seen a 204 without a body.
func (s *Simulator) resetPassword(q *request) answer {
	id, bad := q.passwordOwner()
	if bad != nil {
		return *bad
	}
	password := rand.Text()[:10] + "1a"
	q.org.SetPassword(id, password)
	return ok(object{{"NewPassword", password}})
}
