package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"scimforce/salesforce"
	"scimforce/scim/mapping"
)

// setPlan is which permission sets a user is to get and to lose.
type setPlan struct {
	add    []permissionSet
	remove []grant
}

// wantedSets finds the permission sets that a draft names, each once.
func (d *Directory) wantedSets(ctx context.Context, draft mapping.Draft) ([]permissionSet, error) {
	if draft.PermissionSets == nil {
		return nil, nil
	}
	var wanted []permissionSet
	for _, name := range *draft.PermissionSets {
		set, err := d.permissionSet(ctx, name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(wanted, set) {
			wanted = append(wanted, set)
		}
	}
	return wanted, nil
}

// planSets compares the wanted permission sets with those a user has.
func (d *Directory) planSets(ctx context.Context, p *person, draft mapping.Draft) (setPlan, error) {
	wanted, err := d.wantedSets(ctx, draft)
	if err != nil {
		return setPlan{}, err
	}
	var plan setPlan
	for _, set := range wanted {
		if !slices.ContainsFunc(p.grants, func(g grant) bool { return g.id == set.ID }) {
			plan.add = append(plan.add, set)
		}
	}
	for _, g := range p.grants {
		if g.kind == mapping.KindPermissionSet && !slices.ContainsFunc(wanted, func(s permissionSet) bool { return s.ID == g.id }) {
			plan.remove = append(plan.remove, g)
		}
	}
	return plan, nil
}

// applySets carries a plan out and notes in p what became of it. What is to go
// goes first, and whatever becomes of the rest: that a permission set cannot be
// given must not leave somebody with another.
func (d *Directory) applySets(ctx context.Context, p *person, plan setPlan) error {
	err := d.unassign(ctx, p, plan.remove)
	kept, refused := scimError(err)
	if err != nil && !refused {
		return err
	}
	also := d.assign(ctx, p, plan.add)
	if more, both := scimError(also); both && refused {
		return invalidValue("%s %s", kept.Detail, more.Detail)
	}
	return cmp.Or(also, err)
}

// unassign takes permission sets from a user.
func (d *Directory) unassign(ctx context.Context, p *person, sets []grant) error {
	if len(sets) == 0 {
		return nil
	}
	defer d.walks.invalidate()
	ids := make([]string, len(sets))
	for i, g := range sets {
		ids[i] = g.assignment
	}
	results, err := d.salesforce.DeleteAll(ctx, ids)
	if err != nil {
		return fmt.Errorf("directory: take permission sets away: %w", err)
	}
	var failed failures
	gone := map[string]bool{}
	for i, r := range results {
		if r.Err != nil && !alreadyGone(r.Err) {
			failed.add(sets[i].label, r.Err)
			continue
		}
		gone[ids[i]] = true
	}
	p.grants = slices.DeleteFunc(slices.Clone(p.grants), func(g grant) bool { return gone[g.assignment] })
	return failed.error("Permission sets not taken away", "The user's other attributes were written.")
}

// assign gives permission sets to a user.
func (d *Directory) assign(ctx context.Context, p *person, sets []permissionSet) error {
	if len(sets) == 0 {
		return nil
	}
	defer d.walks.invalidate()
	records := make([]salesforce.Record, len(sets))
	for i, set := range sets {
		records[i] = salesforce.Record{"AssigneeId": p.record.ID(), "PermissionSetId": set.ID}
	}
	results, err := d.salesforce.CreateAll(ctx, "PermissionSetAssignment", records)
	if err != nil {
		return fmt.Errorf("directory: assign permission sets: %w", err)
	}
	p.grants = slices.Clone(p.grants)
	var failed failures
	for i, r := range results {
		if r.Err != nil && !salesforce.IsDuplicate(r.Err) {
			failed.add(sets[i].Label, r.Err)
			continue
		}
		p.grants = append(p.grants, grant{r.ID, mapping.KindPermissionSet, sets[i].ID, sets[i].Name, sets[i].Label})
	}
	return failed.error("Permission sets not assigned", "The user's other attributes were written.")
}

// alreadyGone says that what was to be deleted is not there: somebody else took
// it away, which is what was wanted.
func alreadyGone(err error) bool {
	return salesforce.IsNotFound(err) || salesforce.HasCode(err, "INVALID_CROSS_REFERENCE_KEY", "ENTITY_IS_DELETED")
}

// failures collects what went wrong in a collection, of which Salesforce does
// some rows and refuses others.
type failures struct {
	of     []string // what failed, with Salesforce's reason
	causes []error
}

func (f *failures) add(what string, err error) {
	f.of = append(f.of, shown(what)+": "+reason(err))
	f.causes = append(f.causes, err)
}

// error is nil when nothing failed; otherwise one error that names each failure
// and says what was done nevertheless. When a later repetition may succeed it
// is Salesforce's own error, which the IdP is then told to come back for.
func (f *failures) error(what, rest string) error {
	if len(f.of) == 0 {
		return nil
	}
	for _, err := range f.causes {
		if salesforce.IsUnavailable(err) || salesforce.IsRetryable(err) || salesforce.IsLimitExceeded(err) {
			return fmt.Errorf("directory: %s: %d: %w", what, len(f.of), err)
		}
	}
	const most = 10 // what a person reads in an IdP's task list
	list := f.of
	if len(list) > most {
		list = append(slices.Clone(list[:most]), fmt.Sprintf("and %d more", len(f.of)-most))
	}
	// What matters most comes first: the list may be long and is cut somewhere.
	return invalidValue("%s: %d. %s %s.", what, len(f.of), rest, strings.Join(list, "; "))
}

// reason is Salesforce's own words for a refusal.
func reason(err error) string {
	problems := problemsOf(err)
	if len(problems) == 0 {
		return err.Error()
	}
	var words []string
	for _, p := range problems {
		words = append(words, p.Code+" "+strings.TrimSuffix(strings.TrimSpace(p.Message), "."))
	}
	return strings.Join(words, ", ")
}
