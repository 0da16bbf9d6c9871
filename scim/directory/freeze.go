package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"scimforce/salesforce"
)

// refusals are the codes under which Salesforce refuses to deactivate somebody
// whom the org depends on: the default case owner, the default workflow user,
// somebody in a custom hierarchy field. CANNOT_DISABLE_LAST_ADMIN is not among
// them: to freeze the last administrator would lock everybody out of Setup, so
// that refusal goes back to the IdP.
//
// unverified: which of them goes with which reason; all have been seen for it.
var refusals = [...]string{
	"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "DEPENDENCY_EXISTS",
	"FIELD_INTEGRITY_EXCEPTION", "INVALID_OPERATION",
}

// refusesDeactivation says that an update was refused because of IsActive false,
// as far as the code and the fields tell; messages come in the running user's
// language.
func refusesDeactivation(err error, fields map[string]any) bool {
	if active, said := fields["IsActive"].(bool); !said || active {
		return false
	}
	if !salesforce.HasCode(err, refusals[:]...) {
		return false
	}
	for _, p := range problemsOf(err) {
		for _, f := range p.Fields {
			if _, other := fields[f]; other && f != "IsActive" {
				return false // another field of the same change is at fault
			}
		}
	}
	return true
}

func problemsOf(err error) []salesforce.Problem {
	if e, ok := errors.AsType[*salesforce.Error](err); ok {
		return e.Problems
	}
	return nil
}

// mayKeepOut refuses what would keep the bridge itself out of Salesforce, and to
// freeze one of whom Salesforce has nothing to freeze.
//
// unverified: that Salesforce lets the UserLogin of an inactive user be changed.
func (d *Directory) mayKeepOut(ctx context.Context, p *person, deactivate, freeze bool) error {
	if !deactivate && !freeze {
		return nil
	}
	self, err := d.salesforce.RunningUser(ctx)
	if err != nil {
		return err
	}
	what := "freezing"
	if deactivate {
		what = "deactivating"
	}
	switch id := p.record.ID(); {
	case self == id:
		return mutability("User %s is the one by whom this bridge works in Salesforce: %s him would end every provisioning. "+
			"Let another user authorize the bridge first, or take this one out of the IdP's scope.", id, what)
	case freeze && p.loginID == "":
		return invalidValue("User %s cannot be frozen: he has never tried to log in, so Salesforce has no UserLogin record of him. "+
			"Send active false to keep him out.", id)
	}
	return nil
}

// freezeInstead keeps a user out whom Salesforce refuses to deactivate: a frozen
// user cannot log in, but keeps his licence. The other fields of the same
// change are written with it, or nothing is.
func (d *Directory) freezeInstead(ctx context.Context, p *person, fields map[string]any, refusal error) (*person, error) {
	id := p.record.ID()
	if p.loginID == "" {
		return nil, invalidValue("Salesforce refuses to deactivate user %s (%s), and he cannot be frozen instead: he has never tried to log in, "+
			"so Salesforce has no UserLogin record of him. Nothing was changed. Remove what depends on him in Setup, then deactivate him again.",
			id, reason(refusal))
	}
	others := maps.Clone(fields)
	delete(others, "IsActive")
	after := p
	if !p.frozen || len(others) > 0 {
		var freeze *bool
		if !p.frozen {
			freeze = new(bool)
			*freeze = true
		}
		var err error
		if after, err = d.updateUser(ctx, p, others, freeze); err != nil {
			return nil, fmt.Errorf("directory: freeze user %s: %w", id, err)
		}
	}
	d.observe("frozen_instead_of_deactivated")
	d.logger.WarnContext(ctx, "Salesforce refused to deactivate a user; he was frozen instead", "user", id, "reason", reason(refusal))
	d.note(ctx, fmt.Sprintf("Salesforce refused to deactivate the user (%s); he was frozen instead: he cannot log in, but keeps his licence", reason(refusal)))
	return after, nil
}
