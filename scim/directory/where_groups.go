package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
	"scimforce/scim/mapping"
	"scimforce/scim/resource"
)

const (
	// maxMembersAsked is how many members a filter over groups may name.
	maxMembersAsked = 100
	// maxMembersRead is of how many groups all members are read to decide a filter.
	maxMembersRead = 1000
)

// groupLanguage is what SOQL can say of the groups of one kind.
type groupLanguage struct {
	d     *Directory
	kind  kind
	group resource.Type
	echo  *echoReader
	// beside is what was asked of Salesforce for members; nil when it was not.
	// needed says that a condition would say more with it.
	beside *besideGroups
	needed bool
}

// besideGroups is which groups hold the members that a filter names.
type besideGroups struct {
	holders map[string][]string // ids of groups, in order, by the id of a member
	many    bool                // there are more than fit
}

// groupsOf is the verdict on a filter over the groups of one kind.
type groupsOf struct {
	kind kind
	verdict
}

// translateGroups finds the verdict for each kind. It may read the echo and, for
// members, ask Salesforce in one call.
func (d *Directory) translateGroups(ctx context.Context, e filter.Expression) ([]groupsOf, error) {
	t, err := d.GroupType(ctx)
	if err != nil {
		return nil, err
	}
	var beside *besideGroups
	languages := make([]*groupLanguage, len(d.kinds))
	all := make([]groupsOf, len(d.kinds))
	for again := true; again; {
		again = false
		for i, k := range d.kinds {
			if languages[i] == nil {
				languages[i] = &groupLanguage{d: d, kind: k, group: t, echo: d.echoReader(k.prefix())}
			}
			l := languages[i]
			l.beside = beside
			v, err := say(ctx, l, e, true)
			if err != nil {
				return nil, err
			}
			all[i] = groupsOf{k, v}
			again = again || beside == nil && l.needed && !v.narrow && !v.exact
		}
		if again {
			if beside, err = d.readHolders(ctx, e); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func (l *groupLanguage) typ() resource.Type { return l.group }

func (l *groupLanguage) present(ctx context.Context, p filter.Path) (leaf, error) {
	switch attributeOf(p) {
	case "id", "displayname", "meta", "meta.resourcetype", "meta.created", "meta.lastmodified":
		return leaf{verdict: all()}, nil
	case "externalid":
		return l.echo.present(ctx, "externalId")
	default:
		return leaf{}, nil
	}
}

func (l *groupLanguage) compare(ctx context.Context, c filter.Compare) (leaf, error) {
	text := resource.Text(c.Value)
	how, isText := textOperator(c.Operator)
	switch attributeOf(c.Path) {
	case "id":
		if !isText {
			return leaf{}, nil
		}
		if how == equals && salesforce.KeyPrefix(text) != l.kind.prefix() {
			return leaf{verdict: nothing()}, nil
		}
		v := byField(mapping.Search{Field: "Id", Kind: "id"}, how, text)
		v.narrow = how == equals
		return v, nil
	case "displayname":
		if !isText {
			return leaf{}, nil
		}
		return l.kind.titled(how, text), nil
	case "externalid":
		if !isText {
			return leaf{}, nil
		}
		return l.echo.alone(ctx, echoSearch{"externalId", how, text}, func(_ string, echo mapping.Echo) (bool, error) {
			return filter.Match(c, l.group, map[string]any{"externalId": echo["externalId"].Sent})
		})
	case "meta.resourcetype":
		return ofType(c, l.group)
	case "meta.created":
		return compareTime("CreatedDate", c), nil
	case "meta.lastmodified":
		return compareTime("SystemModstamp", c), nil
	case "members", "members.value":
		if c.Operator == filter.Eq {
			return l.holding(text), nil
		}
	}
	return leaf{}, nil
}

// attributeOf is the name of a path's attribute in lower case.
func attributeOf(p filter.Path) string {
	if p.Sub == "" {
		return strings.ToLower(p.Attribute)
	}
	return strings.ToLower(p.Attribute + "." + p.Sub)
}

// holding translates "members.value eq id".
func (l *groupLanguage) holding(member string) leaf {
	id, ok := salesforce.ID18(member)
	if !ok || id != member || !slices.Contains(l.kind.memberKinds(), salesforce.KeyPrefix(id)) {
		return leaf{verdict: nothing()}
	}
	if l.beside == nil {
		l.needed = true
		return leaf{}
	}
	holders, asked := l.beside.holders[id]
	if !asked || l.beside.many {
		return leaf{}
	}
	return oneOf(slices.DeleteFunc(slices.Clone(holders), func(group string) bool { return salesforce.KeyPrefix(group) != l.kind.prefix() }))
}

// readHolders asks, in one call, which groups hold the members that a filter
// names, as far as SCIM shows them.
func (d *Directory) readHolders(ctx context.Context, e filter.Expression) (*besideGroups, error) {
	members, _ := membersNamed(e)
	b := &besideGroups{holders: map[string][]string{}}
	if b.many = len(members) > maxMembersAsked; b.many || len(members) == 0 {
		return b, nil
	}
	q := newQueries()
	for i, k := range d.kinds {
		m := k.membership()
		q.add(fmt.Sprintf("kind%d", i), soql.Select{
			Fields: []string{m.group, m.member}, From: m.object, Limit: maxBeside + 1,
			Where: soql.And(soql.In(m.member, members), m.where),
		})
	}
	q.add("users", soql.Select{Fields: []string{"Id"}, From: "User", Where: soql.And(human(), soql.In("Id", members))})
	q.add("groups", soql.Select{Fields: []string{"Id"}, From: "Group", Where: soql.And(publicGroups{}.where(), soql.In("Id", members))})
	a, err := q.run(ctx, d.salesforce)
	if err != nil {
		return nil, fmt.Errorf("directory: read the groups of members: %w", err)
	}
	buried, err := d.store.buried(ctx, members)
	if err != nil {
		return nil, err
	}
	visible := map[string]bool{}
	for _, ref := range [...]string{"users", "groups"} {
		rows, err := a.records(ctx, ref)
		if err != nil {
			return nil, fmt.Errorf("directory: read the groups of members: %w", err)
		}
		for _, r := range rows {
			visible[r.ID()] = !buried[r.ID()]
		}
	}
	for _, id := range members {
		b.holders[id] = nil
	}
	for i, k := range d.kinds {
		rows, err := a.optional(ctx, fmt.Sprintf("kind%d", i))
		if err != nil {
			return nil, fmt.Errorf("directory: read the groups of members: %w", err)
		}
		b.many = b.many || len(rows) > maxBeside
		for _, r := range rows {
			if id := r.String(k.membership().member); visible[id] {
				b.holders[id] = append(b.holders[id], r.String(k.membership().group))
			}
		}
	}
	for id, groups := range b.holders {
		slices.Sort(groups)
		b.holders[id] = slices.Compact(groups)
	}
	return b, nil
}

// membersNamed are the ids of the members that decide a filter; all says that
// others do, too.
func membersNamed(e filter.Expression) (ids []string, all bool) {
	switch e := e.(type) {
	case filter.And:
		return namedInBoth(e.Left, e.Right)
	case filter.Or:
		return namedInBoth(e.Left, e.Right)
	case filter.Not:
		return membersNamed(e.X)
	case filter.ValuePath:
		if !strings.EqualFold(e.Path.Attribute, "members") {
			return nil, false
		}
		text, ok := valueOfElement(e.Filter)
		return idAmong(text), !ok
	case filter.Compare:
		switch attributeOf(e.Path) {
		case "members", "members.value":
			return idAmong(resource.Text(e.Value)), e.Operator != filter.Eq
		}
	}
	return nil, mentions(e, "members")
}

func namedInBoth(a, b filter.Expression) (ids []string, all bool) {
	left, some := membersNamed(a)
	right, others := membersNamed(b)
	return append(left, right...), some || others
}

// valueOfElement is the value that an element must have to satisfy a filter
// between brackets.
func valueOfElement(e filter.Expression) (string, bool) {
	switch e := e.(type) {
	case filter.And:
		if text, ok := valueOfElement(e.Left); ok {
			return text, true
		}
		return valueOfElement(e.Right)
	case filter.Compare:
		return resource.Text(e.Value), e.Operator == filter.Eq && strings.EqualFold(e.Path.Attribute, "value")
	default:
		return "", false
	}
}

// idAmong is the text as a list of ids: of none, when it is no id.
func idAmong(text string) []string {
	if id, ok := salesforce.ID18(text); ok {
		return []string{id}
	}
	return nil
}

// idNamed is the id that all who satisfy a filter have.
func idNamed(e filter.Expression) (string, bool) {
	switch e := e.(type) {
	case filter.And:
		if id, ok := idNamed(e.Left); ok {
			return id, true
		}
		return idNamed(e.Right)
	case filter.Compare:
		return resource.Text(e.Value), e.Operator == filter.Eq && attributeOf(e.Path) == "id"
	default:
		return "", false
	}
}
