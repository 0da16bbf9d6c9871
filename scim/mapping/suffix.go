package mapping

import (
	"errors"
	"regexp"
	"strings"
)

// suffix is what the usernames of an org end in beyond what an IdP sends: ada's
// userName ada@acme.com is ada@acme.com.uat in the sandbox "uat". "" adds
// nothing.
//
// Salesforce itself appends the sandbox's name to every username that it copies
// into a sandbox, so that usernames stay unique across all orgs (help page
// "Sandboxes: Users and Contacts", platform.data_sandbox_users_and_contacts).
//
// Every name that an IdP writes gets the suffix, also one that ends in it
// already: what is read back is then always what was written. A username that
// lacks the suffix, or would be no username without it, is shown as it is and
// found by that. The org may therefore hold two people whom an IdP knows by one
// name, ada@acme.com and ada@acme.com.uat, but only if somebody made the first
// in Salesforce itself: both are listed, and where one is wanted it is the one
// with the suffix.
type suffix string

// maxSuffix leaves room for a name in the 80 characters of a Username. Names of
// sandboxes have at most 10.
const maxSuffix = 40

var suffixForm = regexp.MustCompile(`^(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)

// CheckUsernameSuffix says what is wrong with a Config.UsernameSuffix.
func CheckUsernameSuffix(s string) error {
	if s == "" {
		return nil
	}
	if len(s) > maxSuffix || !suffixForm.MatchString(s) {
		return errors.New(`the suffix of usernames must be a dot and small letters, digits or hyphens, at most 40 characters and without "@", such as ".uat"`)
	}
	return nil
}

// add is a userName as Salesforce holds it, but for its case.
func (s suffix) add(userName string) string { return userName + string(s) }

// strip is a username as an IdP reads it.
func (s suffix) strip(username string) string {
	cut := len(username) - len(s)
	if s == "" || cut <= 0 || !strings.EqualFold(username[cut:], string(s)) || !isAddress(username[:cut]) {
		return username
	}
	return username[:cut]
}

// UsernameSuffix is Config.UsernameSuffix.
func (m *Mapping) UsernameSuffix() string { return string(m.suffix) }

// Usernames lists what a user whom an IdP calls userName may be called in the
// org, the name that the bridge writes first.
func (m *Mapping) Usernames(userName string) []string {
	written := m.suffix.add(userName)
	if m.suffix == "" || m.suffix.strip(userName) != userName {
		return []string{written}
	}
	return []string{written, userName}
}

// UserName is what an IdP calls the user whom the org calls username, when
// nothing is remembered of how the IdP spells it.
func (m *Mapping) UserName(username string) string { return m.suffix.strip(username) }
