package org

import (
	"fmt"
	"slices"
	"strings"
)

func userRules() rules {
	return rules{prepare: prepareUser, check: checkUser, after: followUser, counted: countUser}
}

// prepareUser fills what the server makes of a user: the Username in lower
// case, a nickname for one who has none, the UserType of his profile.
func prepareUser(w *write) {
	if name := w.text("Username"); name != "" {
		// Documented for Salesforce's own SCIM service.
		// unverified: that REST stores a Username in lower case
		w.set("Username", strings.ToLower(name))
	}
	if w.inserting() && w.get("CommunityNickname") == nil {
		w.set("CommunityNickname", freeNickname(w.s))
	}
	if profile, ok := w.s.target(w.text("ProfileId")); ok && w.changed("ProfileId") {
		w.set("UserType", profile.Get("UserType"))
	}
	preparePortal(w)
	if !w.inserting() && w.changed("Email") && !w.flag("IsActive") {
		// Only the addresses of active users can be changed, as documented.
		// unverified: that a new e-mail address of an inactive user is passed over without an error
		w.set("Email", w.old.Get("Email"))
	}
}

// freeNickname makes a nickname that nobody has, of the recorded form: "User",
// the epoch milliseconds of creation, seven digits.
// unverified: that the server makes up a CommunityNickname that is left out
func freeNickname(s *store) string {
	for {
		name := fmt.Sprintf("User%d%07d", s.clock().UnixMilli(), s.random.IntN(10_000_000))
		if _, taken := s.users().first("CommunityNickname", name); !taken {
			return name
		}
	}
}

// checkUser refuses what a real org refuses of a user. Problems of names are
// reported together (a recorded refusal holds two), the others one by one.
func checkUser(w *write) Errors {
	if errs := checkNames(w); len(errs) > 0 {
		return errs
	}
	for _, check := range []func(*write) Errors{
		(*write).kindManaged, checkMachine, checkEmailDomain, checkPlaces, checkPortal, checkAdministratorProfile,
		checkLicenceChange, checkRole, checkDeactivation, checkSeats, checkFeatureSeats,
	} {
		if errs := check(w); errs != nil {
			return errs
		}
	}
	if !w.inserting() && w.changed("Email") && !w.s.cfg.EmailChangesAtOnce {
		// The owner of the new address has to confirm it first; until then the
		// record keeps the old one although the answer is a success.
		w.s.expectEmail(w.id, w.text("Email"))
		w.set("Email", w.old.Get("Email"))
	}
	return nil
}

func checkNames(w *write) Errors {
	var errs Errors
	users := w.s.users()
	if name := w.text("Username"); w.changed("Username") {
		if !looksLikeEmail(name) {
			errs = append(errs, one(400, "FIELD_INTEGRITY_EXCEPTION",
				"Username must be in the form of an email address (for example, john@acme.com)", "Username")...)
		} else if other, taken := users.first("Username", name); taken && other.ID() != w.id || !w.s.claimUsername(name) {
			errs = append(errs, one(400, "DUPLICATE_USERNAME",
				"Duplicate Username.<br>The username already exists in this or another Salesforce organization. "+
					"Usernames must be unique across all Salesforce organizations. To resolve, use a different username "+
					"(it doesn't need to match the user's email address). ", "Username")...)
		}
	}
	if w.changed("CommunityNickname") {
		if other, taken := users.first("CommunityNickname", w.get("CommunityNickname")); taken && other.ID() != w.id {
			errs = append(errs, one(400, "DUPLICATE_COMM_NICKNAME",
				"Duplicate Nickname.<br>Another user has already selected this nickname.<br>Please select another.",
				"CommunityNickname")...)
		}
	}
	if w.changed("FederationIdentifier") && w.s.federationTaken(w.text("FederationIdentifier"), w.id) {
		// The sentence is recorded.
		// unverified: errorCode DUPLICATE_VALUE of a Federation ID in use
		errs = append(errs, one(400, "DUPLICATE_VALUE",
			"This Federation ID is already in use. Use a different Federation ID.", "FederationIdentifier")...)
	}
	return errs
}

func (s *store) federationTaken(id, self string) bool {
	if id == "" {
		return false
	}
	for _, other := range s.users().find("FederationIdentifier", id) {
		if other.ID() != self && (s.cfg.FederationIDIgnoresCase || other.text("FederationIdentifier") == id) {
			return true
		}
	}
	return false
}

// checkMachine keeps the users that are no people as they are.
// unverified: the answer to a change of the automated process user
func checkMachine(w *write) Errors {
	if !w.inserting() && w.old.text("UserType") == "AutomatedProcess" && w.access != nil {
		return one(400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
	}
	return nil
}

// checkEmailDomain refuses addresses of other domains than those the org allows;
// code and sentence are recorded, for one domain.
func checkEmailDomain(w *write) Errors {
	allowed := w.s.cfg.EmailDomains
	if len(allowed) == 0 || !w.changed("Email") {
		return nil
	}
	_, domain, _ := strings.Cut(w.text("Email"), "@")
	if slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, domain) }) {
		return nil
	}
	return one(400, "FIELD_INTEGRITY_EXCEPTION",
		"Invalid Email Address: Must be in domain(s) "+strings.Join(allowed, ", ")+": Email", "Email")
}

// followUser keeps what goes with a user: the assignment of the permission set
// that shadows his profile, the role of a portal user, his sessions, which end
// with him. Everything else he was given stays when he is switched off.
func followUser(w *write) {
	if w.changed("ProfileId") {
		if !w.inserting() {
			if set, ok := w.s.shadowOf(w.old.text("ProfileId")); ok {
				w.s.unassign(w.id, set.ID())
			}
		}
		if set, ok := w.s.shadowOf(w.text("ProfileId")); ok {
			w.s.assign(w.id, set.ID())
		}
	}
	if !w.inserting() && w.old.flag("IsActive") && !w.flag("IsActive") {
		// unverified: that deactivation removes AuthSession rows and leaves OauthToken rows
		for _, session := range w.s.table("AuthSession").find("UsersId", w.id) {
			w.s.remove(session)
		}
	}
	followPortal(w)
}
