package org

import (
	"fmt"
	"strings"
)

func userRules() rules {
	return rules{prepare: prepareUser, check: checkUser, after: followUser, counted: countSeats}
}

// prepareUser fills what the server makes of a user: the Username in lower
// case, a nickname for one who has none, the UserType of his profile.
func prepareUser(w *write) {
	if name := w.text("Username"); name != "" {
		w.set("Username", strings.ToLower(name))
	}
	if w.inserting() && w.get("CommunityNickname") == nil {
		w.set("CommunityNickname", freeNickname(w.s))
	}
	if profile, ok := w.s.target(w.text("ProfileId")); ok && w.changed("ProfileId") {
		w.set("UserType", profile.Get("UserType"))
	}
}

// freeNickname makes a nickname that nobody has, of the recorded form: "User",
// the epoch milliseconds of creation, seven digits.
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
	errs := checkNames(w)
	if len(errs) > 0 {
		return errs
	}
	if errs := checkStateAndCountry(w); errs != nil {
		return errs
	}
	if errs := checkPortal(w); errs != nil {
		return errs
	}
	for _, check := range []func(*write) Errors{checkAdministratorProfile, checkLicenceChange, checkDeactivation} {
		if errs := check(w); errs != nil {
			return errs
		}
	}
	if errs := checkSeats(w); errs != nil {
		return errs
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
		// The sentence is recorded; its code is not (unverified).
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

func checkStateAndCountry(w *write) Errors {
	if !w.s.cfg.StateCountryPicklists {
		return nil
	}
	state := w.get("State") != nil || w.get("StateCode") != nil
	country := w.get("Country") != nil || w.get("CountryCode") != nil
	if state && !country && (w.changed("State") || w.changed("StateCode") || w.changed("Country") || w.changed("CountryCode")) {
		return one(400, "FIELD_INTEGRITY_EXCEPTION",
			"A country/territory must be specified before specifying a state value for field: State/Province", "State")
	}
	return nil
}

func checkPortal(w *write) Errors {
	switch w.text("UserType") {
	case "PowerPartner", "PowerCustomerSuccess", "CustomerSuccess", "CspLitePortal":
		if w.changed("ProfileId") && w.get("ContactId") == nil {
			return one(400, "INVALID_CROSS_REFERENCE_KEY", "Cannot create a portal user without contact")
		}
	}
	return nil
}

// checkSeats wants a free seat of the profile's licence for a user who begins
// to use one. Inactive users need none.
func checkSeats(w *write) Errors {
	licence, ok := w.s.licenceOf(w.text("ProfileId"))
	if !ok || !w.flag("IsActive") {
		return nil
	}
	if !w.inserting() && w.old.flag("IsActive") {
		if before, ok := w.s.licenceOf(w.old.text("ProfileId")); ok && before.ID() == licence.ID() {
			return nil
		}
	}
	total, _ := licence.Get("TotalLicenses").(int64)
	if int64(w.s.used[licence.ID()]) < total {
		return nil
	}
	message := w.s.words("License Limit Exceeded")
	switch w.text("UserType") {
	case "Standard", "CsnOnly":
	default: // recorded with the licence's name for a community licence
		message += " - " + licence.text("Name")
	}
	return one(400, "LICENSE_LIMIT_EXCEEDED", message)
}

func (s *store) licenceOf(profileID string) (Record, bool) {
	profile, ok := s.target(profileID)
	if !ok {
		return Record{}, false
	}
	return s.target(profile.text("UserLicenseId"))
}

// followUser keeps the assignment that every user has to the permission set
// that shadows his profile.
func followUser(w *write) {
	if !w.changed("ProfileId") {
		return
	}
	if !w.inserting() {
		if set, ok := w.s.shadowOf(w.old.text("ProfileId")); ok {
			w.s.unassign(w.id, set.ID())
		}
	}
	if set, ok := w.s.shadowOf(w.text("ProfileId")); ok {
		w.s.assign(w.id, set.ID())
	}
}

// countSeats keeps the number of active users of every licence.
func countSeats(t *table, before, next *row) {
	count := func(r *row, by int) {
		if r == nil {
			return
		}
		user := Record{t, r}
		if licence, ok := t.s.licenceOf(user.text("ProfileId")); ok && user.flag("IsActive") {
			t.s.used[licence.ID()] += by
		}
	}
	count(before, -1)
	count(next, +1)
}
