package directory

import (
	"context"
	"fmt"
	"strings"
	"time"

	"scimforce/salesforce"
	"scimforce/scim/mapping"
)

// resolve turns the references of a draft into ids among its fields. awaited is
// the name of a manager who does not exist yet: his absence is no error, as an
// IdP provisions people in no particular order.
func (d *Directory) resolve(ctx context.Context, draft *mapping.Draft, creating bool) (awaited string, err error) {
	if err := d.resolveProfile(ctx, draft, creating); err != nil {
		return "", err
	}
	if draft.Role != nil || draft.RoleName != nil {
		role, err := agreed(draft.Role, draft.RoleName, "role", "roles", func(wanted string) (any, error) { return d.role(ctx, wanted) })
		if err != nil {
			return "", err
		}
		draft.Fields["UserRoleId"] = role
	}
	if draft.Manager == nil {
		return "", nil
	}
	if draft.Manager.Value == "" {
		draft.Fields["ManagerId"] = nil
		return "", nil
	}
	id, err := d.manager(ctx, draft.Manager.Value)
	if err != nil {
		return "", err
	}
	if id == "" {
		if !creating {
			// The manager whom he had is not his manager any more.
			draft.Fields["ManagerId"] = nil
		}
		draft.Notes = append(draft.Notes, "manager: nobody of that id, externalId or userName exists yet; he is linked when he arrives")
		return draft.Manager.Value, nil
	}
	draft.Fields["ManagerId"] = id
	return "", nil
}

// agreed is the id of a record that core SCIM refers to in list, the Salesforce
// extension by name, or both; one of them at least is not nil. Both must mean the
// same.
func agreed[T comparable](inList, byName *mapping.Reference, name, list string, find func(string) (T, error)) (T, error) {
	if inList == nil {
		return find(byName.Value)
	}
	id, err := find(inList.Value)
	if err != nil || byName == nil {
		return id, err
	}
	other, err := find(byName.Value)
	if err == nil && id != other {
		err = invalidValue("The %s %q of the extension %s and the %s %q of %s are not the same: send one of them, or both alike.",
			name, shown(byName.Value), mapping.SalesforceURN, name, shown(inList.Value), list)
	}
	return id, err
}

func (d *Directory) resolveProfile(ctx context.Context, draft *mapping.Draft, creating bool) error {
	if draft.Profile == nil && draft.ProfileName == nil {
		if !creating {
			return nil
		}
		draft.Profile = &mapping.Reference{}
	}
	id, err := agreed(draft.Profile, draft.ProfileName, "profile", "entitlements", func(wanted string) (string, error) {
		return d.profileOf(ctx, wanted, creating)
	})
	if err != nil {
		return err
	}
	draft.Fields["ProfileId"] = id
	return nil
}

// profileOf finds a profile, or the default one when none is wanted.
func (d *Directory) profileOf(ctx context.Context, wanted string, creating bool) (string, error) {
	switch {
	case wanted != "":
		return d.profile(ctx, wanted)
	case d.defaults.Profile != "":
		return d.profile(ctx, d.defaults.Profile)
	case creating:
		return "", invalidValue("A Salesforce user needs a profile, and the request names none: send an entitlement of type Profile, or set defaults.profile in the file named by SCIMFORCE_CONFIG.")
	default:
		return "", mutability("A Salesforce user cannot be without a profile: send another profile instead of removing it, or set defaults.profile in the file named by SCIMFORCE_CONFIG.")
	}
}

// profile finds a profile by id or name.
func (d *Directory) profile(ctx context.Context, wanted string) (string, error) {
	if id, ok := idOf(prefixProfile, wanted); ok {
		return id, nil // whether it exists, Salesforce says
	}
	// A name that is not known may have been given a moment ago.
	for _, upTo := range [...]time.Duration{settingsFor, settingsAtLeast} {
		s, err := d.org.load(ctx, upTo)
		if err != nil {
			return "", err
		}
		for _, p := range s.profiles {
			if strings.EqualFold(p.Name, strings.TrimSpace(wanted)) {
				return p.ID, nil
			}
		}
	}
	return "", invalidValue("The org has no profile %q. A profile is named by its id or by its name as Setup shows it; the name is in the language of the org.", shown(wanted))
}

// permissionSet finds a permission set by id, API name, label or displayName as
// a group.
func (d *Directory) permissionSet(ctx context.Context, wanted string) (permissionSet, error) {
	wanted = strings.TrimSpace(wanted)
	id, isID := idOf(prefixPermissionSet, wanted)
	for _, upTo := range [...]time.Duration{settingsFor, settingsAtLeast} {
		s, err := d.org.load(ctx, upTo)
		if err != nil {
			return permissionSet{}, err
		}
		if set, ok := s.sets[id]; isID && ok {
			return set, nil
		}
		var found []permissionSet
		for _, set := range s.sets {
			switch {
			case strings.EqualFold(set.Name, wanted):
				return set, nil // the API name is unique
			case strings.EqualFold(set.Label, wanted), strings.EqualFold(s.display(set), wanted):
				found = append(found, set)
			}
		}
		switch {
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1:
			return permissionSet{}, invalidValue("The org has %d permission sets labelled %q: name the one you mean by its id or API name.", len(found), shown(wanted))
		}
	}
	return permissionSet{}, invalidValue("The org has no permission set %q that can be assigned. A permission set is named by its id, its API name or its label.", shown(wanted))
}

// role finds a role by id, API name or name; nil for none.
func (d *Directory) role(ctx context.Context, wanted string) (any, error) {
	if wanted == "" {
		return nil, nil
	}
	if !plausible(wanted) {
		return nil, invalidValue("roles: %q is no name of a role.", shown(wanted))
	}
	if id, ok := idOf(prefixRole, wanted); ok {
		return id, nil
	}
	roles, _, err := d.roles.Do(ctx, wanted)
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		if strings.EqualFold(r.String("DeveloperName"), wanted) {
			return r.ID(), nil
		}
	}
	switch len(roles) {
	case 1:
		return roles[0].ID(), nil
	case 0:
		return nil, invalidValue("The org has no role %q. A role is named by its id, its API name or its name.", shown(wanted))
	default:
		return nil, invalidValue("The org has %d roles named %q: name the one you mean by its id or API name.", len(roles), shown(wanted))
	}
}

// manager finds a user by id, externalId or userName; "" when there is none.
func (d *Directory) manager(ctx context.Context, wanted string) (string, error) {
	wanted = strings.TrimSpace(wanted)
	if id, ok := idOf(prefixUser, wanted); ok {
		return id, nil // whether he exists, Salesforce says
	}
	const most = 20 // one who was deleted and provisioned anew has left his externalId behind
	ids, _, err := d.store.byEcho(ctx, prefixUser, "externalId", equals, wanted, most)
	if err != nil {
		return "", err
	}
	buried, err := d.store.buried(ctx, ids)
	if err != nil {
		return "", err
	}
	for _, id := range ids {
		if !buried[id] {
			return id, nil
		}
	}
	if strings.Contains(wanted, "@") { // no username of Salesforce is without one
		for _, username := range d.mapping.Usernames(wanted) {
			p, found, err := d.lookup(ctx, username, false)
			if err != nil || found {
				return p.record.ID(), err
			}
		}
	}
	return d.byExternalID(ctx, wanted)
}

// byExternalID finds a user by the field that externalId is mapped to; "" when
// it is mapped to none, or nobody has it, or several do.
func (d *Directory) byExternalID(ctx context.Context, wanted string) (string, error) {
	if d.externalIDField() == "" || !plausible(wanted) {
		return "", nil
	}
	found, _, err := d.externalIDs.Do(ctx, wanted)
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", nil
	}
	return found[0].ID(), nil
}

// welcome links those who were waiting for a user as their manager. What fails
// is noted: they go on waiting, and the user himself is there.
func (d *Directory) welcome(ctx context.Context, id, username, externalID string) {
	waiting, err := d.store.awaiting(ctx, id, d.mapping.UserName(username), externalID)
	if err != nil {
		d.storeFailed(ctx, err)
		return
	}
	if len(waiting) == 0 {
		return
	}
	updates := make([]salesforce.Record, len(waiting))
	for i, w := range waiting {
		updates[i] = salesforce.Record{"Id": w, "ManagerId": id}
	}
	results, err := d.salesforce.UpdateAll(ctx, "User", updates)
	if err != nil {
		d.logger.WarnContext(ctx, "those who wait for a manager could not be linked", "manager", id, "error", err)
	}
	var linked []string
	for i, r := range results {
		switch {
		case r.Err == nil:
			linked = append(linked, waiting[i])
		case i < len(waiting):
			d.logger.WarnContext(ctx, "a user who waits for his manager could not be linked", "user", waiting[i], "manager", id, "error", r.Err)
		}
	}
	if len(linked) > 0 {
		d.note(ctx, fmt.Sprintf("linked as the manager of %s, who waited for this user", strings.Join(linked, ", ")))
	}
	// They named him otherwise than by his id, and read that back.
	if err := d.store.hold(ctx, mapping.EnterpriseURN+":manager", id, linked); err != nil {
		d.storeFailed(ctx, err)
	}
	if err := d.store.arrived(ctx, linked...); err != nil {
		d.storeFailed(ctx, err)
	}
}
