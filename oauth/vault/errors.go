package vault

import (
	"fmt"
	"strings"
)

// WrongKeyError says that the database's secrets are sealed for other master
// keys than the one that was given. Nothing was changed.
type WrongKeyError struct {
	// Given and Wanted are fingerprints; any one of Wanted would do.
	Given  string
	Wanted []string
}

func (e *WrongKeyError) Error() string {
	return fmt.Sprintf("the master key with fingerprint %s does not open this database: its secrets are sealed for %s. "+
		"Give that master key; nothing was changed. If it is lost, so are the secrets: begin with a new database and connect again",
		e.Given, strings.Join(e.Wanted, " or "))
}

// DamagedError says that the keyset is for the given master key and does not
// open with it all the same.
type DamagedError struct{ Fingerprint string }

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the keyset for the master key with fingerprint %s was altered in the database: put a backup of the database in its place; nothing was changed", e.Fingerprint)
}

// UnsealError says that a sealed value does not open where it lies: it was
// altered, moved there from another place, or sealed in another database.
type UnsealError struct{ Place Place }

func (e *UnsealError) Error() string {
	return fmt.Sprintf("the sealed value of %s does not open: it was altered, moved from another row, or comes from another database", e.Place)
}

// ManyMasterKeysError says that a change needs one master key to be the only
// one: the data keys cannot be wrapped anew for a key that is not at hand.
type ManyMasterKeysError struct{ Fingerprints []string }

func (e *ManyMasterKeysError) Error() string {
	return fmt.Sprintf("several master keys open this database (%s): give all servers the new one, then end the others with scimforce keys rotate --retire",
		strings.Join(e.Fingerprints, ", "))
}
