package directory

import (
	"context"
	"strings"

	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
	"scimforce/scim/mapping"
)

// verdict is what SOQL can say of a filter over users: a condition that holds
// for every user who satisfies the filter, and perhaps for others.
type verdict struct {
	extent extent
	where  soql.Condition // of some
	// exact: where holds for no others, so that Salesforce can count.
	exact bool
	// narrow: where names one user, or few, so that what lies beside them can
	// be asked for in the same call.
	narrow bool
}

type extent int

const (
	everybody extent = iota // no condition
	some
	nobody
)

// longest is more characters than any field of User holds that is filtered by;
// a literal may have 4,000.
const longest = 2000

// maxEcho is how many ids found in the echo go into a statement; with more the
// echo does not narrow a filter.
const maxEcho = 1000

// narrowFields are the fields of which an equality leaves few users.
var narrowFields = [...]string{"Id", "Username", "Email", "EmployeeNumber", "CommunityNickname", "FederationIdentifier"}

// translate finds the condition for a filter. It may read the echo and, for
// active and groups, ask Salesforce one question.
func (d *Directory) translate(ctx context.Context, e filter.Expression) (verdict, error) {
	switch e := e.(type) {
	case nil:
		return verdict{exact: true}, nil
	case filter.And:
		left, right, err := d.both(ctx, e.Left, e.Right)
		return and(left, right), err
	case filter.Or:
		left, right, err := d.both(ctx, e.Left, e.Right)
		return or(left, right), err
	case filter.Not:
		return d.not(ctx, e.X)
	case filter.Present:
		return d.present(e.Path), nil
	case filter.Compare:
		return d.compare(ctx, e)
	case filter.ValuePath:
		// "emails[type eq "work" and value eq "x"]" is at least "emails.type eq
		// "work" and emails.value eq "x"".
		v, err := d.translate(ctx, within(e.Path, e.Filter))
		v.exact = v.exact && v.extent == nobody
		return v, err
	default:
		return verdict{}, nil
	}
}

func (d *Directory) both(ctx context.Context, a, b filter.Expression) (left, right verdict, err error) {
	if left, err = d.translate(ctx, a); err == nil {
		right, err = d.translate(ctx, b)
	}
	return left, right, err
}

func and(a, b verdict) verdict {
	v := verdict{exact: a.exact && b.exact, narrow: a.narrow || b.narrow}
	switch {
	case a.extent == nobody || b.extent == nobody:
		return verdict{extent: nobody, exact: true}
	case a.extent == everybody:
		v.extent, v.where = b.extent, b.where
	case b.extent == everybody:
		v.extent, v.where = a.extent, a.where
	default:
		v.extent, v.where = some, soql.And(a.where, b.where)
	}
	return v
}

func or(a, b verdict) verdict {
	v := verdict{exact: a.exact && b.exact, narrow: a.narrow && b.narrow}
	switch {
	case a.extent == nobody:
		return verdict{b.extent, b.where, v.exact, b.narrow}
	case b.extent == nobody:
		return verdict{a.extent, a.where, v.exact, a.narrow}
	case a.extent == everybody || b.extent == everybody:
		v.extent = everybody
	default:
		v.extent, v.where = some, soql.Or(a.where, b.where)
	}
	return v
}

// not is exact only where null is no question: Salesforce and SCIM do not
// agree on whether "not (title eq "x")" holds for one who has no title.
func (d *Directory) not(ctx context.Context, x filter.Expression) (verdict, error) {
	if p, ok := x.(filter.Present); ok {
		if s, ok := d.mapping.Search(p.Path); ok && plain(s) {
			return verdict{extent: some, where: soql.IsNull(s.Field), exact: true}, nil
		}
		return verdict{}, nil
	}
	v, err := d.translate(ctx, x)
	switch {
	case err != nil:
		return verdict{}, err
	case v.exact && v.extent == nobody:
		return verdict{exact: true}, nil
	default:
		return verdict{}, nil
	}
}

// plain says that Salesforce's field decides alone.
func plain(s mapping.Search) bool { return s.Field != "" && !s.Echo && s.Kind != "bool" }

func (d *Directory) present(p filter.Path) verdict {
	s, ok := d.mapping.Search(p)
	switch {
	case ok && (s.Field == "Id" || s.Field == "Username"):
		return verdict{exact: true}
	case ok && plain(s):
		return verdict{extent: some, where: soql.NotNull(s.Field), exact: true}
	default:
		return verdict{}
	}
}

// within moves the paths of a value filter to sub-attributes of its attribute.
func within(p filter.Path, e filter.Expression) filter.Expression {
	inner := func(sub filter.Path) filter.Path {
		return filter.Path{URN: p.URN, Attribute: p.Attribute, Sub: sub.Attribute, Position: sub.Position}
	}
	switch e := e.(type) {
	case filter.And:
		return filter.And{Left: within(p, e.Left), Right: within(p, e.Right)}
	case filter.Or:
		return filter.Or{Left: within(p, e.Left), Right: within(p, e.Right)}
	case filter.Compare:
		return filter.Compare{Path: inner(e.Path), Operator: e.Operator, Value: e.Value}
	case filter.Present:
		return filter.Present{Path: inner(e.Path)}
	default: // a negation inside says nothing about the attribute as a whole
		return nil
	}
}

// compare translates one comparison.
func (d *Directory) compare(ctx context.Context, c filter.Compare) (verdict, error) {
	if strings.EqualFold(c.Path.Attribute, "groups") {
		return d.compareGroups(ctx, c)
	}
	s, ok := d.mapping.Search(c.Path)
	if !ok {
		return verdict{}, nil
	}
	switch {
	case s.Field == "IsActive":
		return d.compareActive(ctx, c)
	case s.Kind == "bool":
		want, ok := boolean(c.Value)
		if s.Field == "" || !ok || s.Echo || c.Operator != filter.Eq {
			return verdict{}, nil
		}
		return verdict{extent: some, where: soql.Eq(s.Field, want), exact: true}, nil
	case s.Kind == "datetime":
		return compareTime(s, c), nil
	default:
		text, ok := c.Value.(string)
		if !ok || text == "" {
			return verdict{}, nil
		}
		return d.compareText(ctx, s, c, text)
	}
}
