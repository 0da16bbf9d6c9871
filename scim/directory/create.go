package directory

import (
	"context"
	"fmt"
	"strings"
	"time"

	"scimforce/salesforce"
	"scimforce/scim/mapping"
)

const (
	// nicknames is how many nicknames are tried when the derived one is taken.
	nicknames = 5
	// clockSkew is how far Salesforce's clock may be behind ours.
	clockSkew = 2 * time.Minute
	// createdFor is how long a created user is remembered as created, so that
	// another create with a lost answer does not claim him.
	createdFor = time.Hour
)

// CreateUser provisions a user and returns him as he is. The body has the
// canonical form of the resource type.
//
// The error is a ScimError 409 uniqueness for a userName that is taken, here or
// in another org; 400 invalidValue for what cannot be provisioned; whatever
// Salesforce answers else. A user deleted over SCIM comes back with the same id.
func (d *Directory) CreateUser(ctx context.Context, user map[string]any) (map[string]any, error) {
	return described(d, func() (map[string]any, error) { return d.provision(ctx, user) })
}

// provision is CreateUser with the org as it was last described.
func (d *Directory) provision(ctx context.Context, user map[string]any) (map[string]any, error) {
	m, org, err := d.org.known(ctx)
	if err != nil {
		return nil, err
	}
	draft, err := m.Create(user, org)
	if err != nil {
		return nil, err
	}
	username, _ := draft.Fields["Username"].(string)
	// Two creates of one person in this process take turns, so that the second
	// meets the first one's user and not his lost answer.
	unlock, err := d.locks.lock(ctx, "create "+strings.ToLower(username))
	if err != nil {
		return nil, err
	}
	defer unlock()

	resource, revived, err := d.bearing(ctx, username, user)
	if revived || err != nil {
		return resource, err
	}
	awaited, err := d.resolve(ctx, &draft, true)
	if err != nil {
		return nil, err
	}
	sets, err := d.wantedSets(ctx, draft)
	if err != nil {
		return nil, err
	}
	_, chosen := user["nickName"]
	p, err := d.createSurely(ctx, draft, sets, username, chosen)
	if err != nil {
		if !salesforce.HasCode(err, "DUPLICATE_USERNAME") {
			return nil, fmt.Errorf("directory: create the user: %w", err)
		}
		return d.taken(ctx, username, user)
	}
	return d.provisioned(ctx, p, draft, awaited)
}

// bearing looks whether the org has the new user already: a deleted one, who is
// revived, or, where usernames get a suffix, one without it, of whom Salesforce
// will not say that the userName is taken; he is a 409.
func (d *Directory) bearing(ctx context.Context, username string, user map[string]any) (resource map[string]any, revived bool, err error) {
	userName, _ := user["userName"].(string)
	for _, name := range d.mapping.Usernames(userName) {
		id, buried, err := d.store.buriedAs(ctx, name)
		if err != nil {
			return nil, false, err
		}
		if buried {
			resource, revived, err := d.revive(ctx, id, name, user)
			if revived || err != nil {
				return resource, revived, err
			}
		}
		if name == username {
			continue // if he is there, Salesforce says so
		}
		holder, err := d.holder(ctx, name)
		if err != nil {
			return nil, false, err
		}
		if holder != nil {
			return nil, false, heldBy(holder)
		}
	}
	return nil, false, nil
}

// provisioned remembers what belongs to a new user and shows him.
func (d *Directory) provisioned(ctx context.Context, p *person, draft mapping.Draft, awaited string) (map[string]any, error) {
	// The user is there: that the IdP has gone away meanwhile must not lose what
	// belongs to him.
	ctx = context.WithoutCancel(ctx)
	id := p.record.ID()
	d.created.put(id, id)
	d.walks.invalidate()
	d.note(ctx, draft.Notes...)
	echo := d.org.latest().Remember(nil, draft, nil, p.record)
	if err := d.store.remember(ctx, id, echo); err != nil {
		d.storeFailed(ctx, err)
	}
	if awaited != "" {
		if err := d.store.await(ctx, id, awaited); err != nil {
			d.storeFailed(ctx, err)
		}
	}
	externalID, _ := draft.Sent["externalId"].(string)
	d.welcome(ctx, id, p.record.String("Username"), externalID)
	return d.show(ctx, p, echo)
}

// createSurely creates a user once, and only once, whatever becomes of the
// answers: a nickname that is taken is replaced by the next (unless the IdP
// chose it), and when an answer is lost the user is looked for before he is
// created again.
func (d *Directory) createSurely(ctx context.Context, draft mapping.Draft, sets []permissionSet, username string, nicknameChosen bool) (*person, error) {
	// Salesforce keeps whole seconds.
	since := d.now().Truncate(time.Second).Add(-clockSkew)
	lost := false
	for attempt := 1; ; {
		p, err := d.createUser(ctx, draft.Fields, sets)
		switch {
		case err == nil:
			return p, nil
		case salesforce.HasCode(err, "DUPLICATE_COMM_NICKNAME") && !nicknameChosen && attempt <= nicknames:
			draft.Fields["CommunityNickname"] = mapping.Nickname(username, attempt)
			attempt++
			continue
		case salesforce.OutcomeUnknown(err):
			d.observe("create_answer_lost")
			d.logger.WarnContext(ctx, "Salesforce's answer to the create of a user was lost; looking for the user", "error", err)
			ours, lookupErr := d.ours(ctx, username, since)
			if lookupErr != nil {
				// Both are the same to the IdP: it comes again, and finds out.
				return nil, lookupErr
			}
			if ours != nil {
				d.note(ctx, "Salesforce's answer to the create was lost; the user was looked up and is there")
				d.complete(ctx, ours, sets)
				return ours, nil
			}
			if lost {
				return nil, err
			}
			lost = true
			d.note(ctx, "Salesforce's answer to the create was lost and the user not there; created again")
		case lost && salesforce.HasCode(err, "DUPLICATE_USERNAME"):
			// The first attempt arrived after we looked for it.
			ours, lookupErr := d.ours(ctx, username, since)
			if lookupErr == nil && ours != nil {
				d.complete(ctx, ours, sets)
				return ours, nil
			}
			return nil, err
		default:
			return nil, err
		}
	}
}

// ours finds the user that a create of ours with a lost answer has made: of
// this username, created by the running user, not before the create began, and
// not by another request.
func (d *Directory) ours(ctx context.Context, username string, since time.Time) (*person, error) {
	people, _, err := d.lost.Do(ctx, username)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	p := people[0]
	self, err := d.salesforce.RunningUser(ctx)
	if err != nil {
		return nil, err
	}
	id := p.record.ID()
	if _, other := d.created.get(id, createdFor); other || p.record.String("CreatedById") != self || p.record.Time("CreatedDate").Before(since) {
		return nil, nil
	}
	return p, nil
}

// taken answers a create whose username is held already: by a deleted user of
// this org, who is revived; by another, a 409; or by another org.
func (d *Directory) taken(ctx context.Context, username string, user map[string]any) (map[string]any, error) {
	holder, err := d.holder(ctx, username)
	if err != nil {
		return nil, err
	}
	if holder != nil {
		if visible, err := d.visible(ctx, []*person{holder}); err != nil || len(visible) == 0 && isHuman(holder.record) {
			if err != nil {
				return nil, err
			}
			if resource, revived, err := d.revive(ctx, holder.record.ID(), username, user); revived || err != nil {
				return resource, err
			}
		}
	}
	return nil, heldBy(holder)
}

// holder finds who bears a username in this org.
func (d *Directory) holder(ctx context.Context, username string) (*person, error) {
	p, found, err := d.lookup(ctx, username, false)
	if err != nil || !found {
		return nil, err
	}
	return &p, nil
}

// heldBy is the 409 for a username that cannot be had.
func heldBy(p *person) error {
	if p == nil {
		return uniqueness("The userName is held by a user of another Salesforce org or sandbox: Salesforce wants usernames to be unique across all orgs. " +
			"Send another userName (it need not be the e-mail address), for example with a suffix for this org, or have it changed in the other org. " +
			"In a sandbox that was refreshed lately the name may be free again within two days.")
	}
	return uniqueness("The userName is already taken by user %s of this org.", p.record.ID())
}
