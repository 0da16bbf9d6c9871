package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
)

// sameNames is how many API names are tried for a new group.
const sameNames = 5

// CreateGroup makes a public group with its members. The error is a 409
// uniqueness for a displayName that exists, a 400 for the displayName of a kind
// of access that is made in Salesforce only. When a member cannot be added the
// group is taken back, so that the IdP can repeat the whole.
func (d *Directory) CreateGroup(ctx context.Context, body map[string]any) (map[string]any, error) {
	name, _ := body["displayName"].(string)
	name = strings.TrimSpace(name)
	if err := groupName(name); err != nil {
		return nil, err
	}
	k := publicGroups{}
	wanted, err := memberIDs(k, body["members"])
	if err != nil {
		return nil, err
	}
	unlock, err := d.locks.lock(ctx, "group "+strings.ToLower(name))
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := d.freeName(ctx, k, name, ""); err != nil {
		return nil, err
	}
	g, err := d.createGroup(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := d.addMembers(ctx, g, wanted); err != nil {
		if undo := d.salesforce.Delete(ctx, k.object(), g.id); undo != nil {
			d.logger.WarnContext(ctx, "a group whose members could not be added could not be taken back", "group", g.id, "error", undo)
			if e, ok := scimError(err); ok {
				e.Detail += " The group itself was created, with the id " + g.id + "."
				return nil, e
			}
			return nil, err
		}
		d.groups.drop(g.id)
		if e, ok := scimError(err); ok {
			e.Detail = strings.Replace(e.Detail, doneNevertheless, "The group was not created.", 1)
			return nil, e
		}
		return nil, err
	}
	if err := d.rememberGroup(ctx, g.id, body["externalId"]); err != nil {
		d.storeFailed(ctx, err)
	}
	return d.showGroup(ctx, g, true)
}

// freeName refuses a displayName that another group of the kind has.
func (d *Directory) freeName(ctx context.Context, k kind, name, except string) error {
	same, err := d.namesakes(ctx, k, name)
	if err != nil {
		return err
	}
	for _, g := range same {
		if g.id != except {
			return uniqueness("The displayName is already that of group %s.", g.id)
		}
	}
	return nil
}

// createGroup makes a public group and reads it back. The API name is derived;
// one that is taken by a group of another name is varied.
func (d *Directory) createGroup(ctx context.Context, name string) (*group, error) {
	k := publicGroups{}
	for attempt := 0; ; attempt++ {
		fields := salesforce.Record{"Name": name, "DeveloperName": developerName(name, attempt), "Type": "Regular"}
		if salesforce.HasReference(name) {
			return nil, invalidValue("displayName: Salesforce takes %q in a name for a reference.", "@{")
		}
		made, err := d.company.creations.Do(ctx, groupCreation{ctx, fields})
		err = cmp.Or(given(err), made.err)
		switch {
		case salesforce.OutcomeUnknown(err):
			// The answer is lost. A moment ago no group had this name: one that
			// has it now is ours. Without it the IdP repeats, and nothing is there.
			same, lookupErr := d.namesakes(ctx, k, name)
			if lookupErr != nil || len(same) != 1 {
				return nil, fmt.Errorf("directory: create the group: %w", err)
			}
			d.note(ctx, "Salesforce's answer to the create was lost; the group was looked up and is there")
			return &same[0], nil
		case salesforce.IsDuplicate(err) && attempt < sameNames:
			// Somebody else made the same group between our look and our create,
			// or a group of another name has this API name.
			if err := d.freeName(ctx, k, name, ""); err != nil {
				return nil, err
			}
			continue
		case err != nil:
			return nil, fmt.Errorf("directory: create the group: %w", err)
		}
		return made.group, nil
	}
}

// createGroupTogether makes a public group and reads it back, in one call and
// one transaction.
func (d *Directory) createGroupTogether(ctx context.Context, fields salesforce.Record) (*group, error) {
	k := publicGroups{}
	q := newQueries(salesforce.CreateSub("group", k.object(), fields))
	q.add("read", soql.Select{Fields: k.fields(), From: k.object(), Where: soql.Eq("Id", soql.Reference("@{group.id}"))})
	a, err := q.runTogether(ctx, d.salesforce)
	if err != nil {
		return nil, err
	}
	if err := salesforce.Culprit(a.responses); err != nil {
		return nil, err
	}
	records, err := a.records(ctx, "read")
	if err != nil {
		return nil, fmt.Errorf("directory: read the new group: %w", err)
	}
	if len(records) != 1 {
		return nil, fmt.Errorf("directory: group %s was created but not read back", a.responses["group"].ID())
	}
	return d.newGroup(ctx, k, records[0])
}

// newGroup reads the record of a group that was made.
func (d *Directory) newGroup(ctx context.Context, k kind, record salesforce.Record) (*group, error) {
	g, err := k.group(ctx, record)
	if err != nil {
		return nil, err
	}
	d.groups.put(g.id, knownGroup{g})
	return &g, nil
}

// scimError takes a ScimError out of an error, to add to what it says.
func scimError(err error) (scimerrors.ScimError, bool) {
	e, ok := errors.AsType[scimerrors.ScimError](err)
	return e, ok && e.Status < http.StatusInternalServerError
}
