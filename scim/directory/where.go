package directory

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"scimforce/salesforce"
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

// compareText translates a comparison of strings, ids and picklist values: by
// the field, or by what the echo remembers as sent.
func (d *Directory) compareText(ctx context.Context, s mapping.Search, c filter.Compare, text string) (verdict, error) {
	var how operator
	switch c.Operator {
	case filter.Eq:
		how = equals
	case filter.Co:
		how = contains
	case filter.Sw:
		how = begins
	case filter.Ew:
		how = ends
	default: // order and inequality: Salesforce sorts otherwise than SCIM does
		return verdict{}, nil
	}
	v := byField(s, how, text)
	v.exact = v.exact && !d.caseExact(c.Path)
	v.narrow = v.extent == nobody || how == equals && (s.Field == "" || slices.Contains(narrowFields[:], s.Field) || s.Attribute == "displayName")
	// A userName comes out of the echo in another case, no more.
	if !s.Echo || s.Field == "Username" {
		return v, nil
	}
	v.exact = false
	ids, more, err := d.store.byEcho(ctx, prefixUser, s.Attribute, how, text, maxEcho)
	switch {
	case err != nil || more || v.extent == everybody:
		return verdict{}, err
	case len(ids) == 0:
		v.exact = v.extent == nobody
		return v, nil
	case v.extent == nobody:
		return verdict{extent: some, where: soql.In("Id", ids), narrow: how == equals}, nil
	default:
		v.where = soql.Or(v.where, soql.In("Id", ids))
		return v, nil
	}
}

// byField is the part of compareText that the field decides.
func byField(s mapping.Search, how operator, text string) verdict {
	if s.Field == "" || utf8.RuneCountInString(text) > longest {
		return verdict{extent: nobody, exact: true}
	}
	switch {
	case s.Kind == "id":
		if how != equals {
			return verdict{}
		}
		id, ok := salesforce.ID18(text)
		if !ok {
			return verdict{extent: nobody, exact: true}
		}
		return verdict{extent: some, where: soql.Eq(s.Field, id), exact: true}
	case s.Kind == "enum":
		if how != equals {
			return verdict{}
		}
		// Salesforce writes en_US, SCIM en-US.
		return verdict{extent: some, where: soql.In(s.Field, []string{text, strings.ReplaceAll(text, "-", "_")})}
	case how == equals:
		return verdict{extent: some, where: soql.Eq(s.Field, text), exact: true}
	case how == contains:
		return verdict{extent: some, where: soql.Contains(s.Field, text), exact: true}
	case how == begins:
		return verdict{extent: some, where: soql.HasPrefix(s.Field, text), exact: true}
	default:
		return verdict{extent: some, where: soql.HasSuffix(s.Field, text), exact: true}
	}
}

// compareTime compares with a time; Salesforce keeps whole seconds.
func compareTime(s mapping.Search, c filter.Compare) verdict {
	text, _ := c.Value.(string)
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || s.Field == "" || s.Echo {
		return verdict{}
	}
	second := at.Truncate(time.Second)
	whole := second.Equal(at)
	v := verdict{extent: some, exact: whole}
	switch c.Operator {
	case filter.Eq:
		v.where = soql.Eq(s.Field, second)
	case filter.Gt:
		v.where = soql.Gt(s.Field, second)
	case filter.Ge:
		v.where = soql.Ge(s.Field, second)
	case filter.Lt:
		v.where = soql.Lt(s.Field, second)
		if !whole {
			v.where = soql.Le(s.Field, second)
		}
	case filter.Le:
		v.where = soql.Le(s.Field, second)
	default:
		return verdict{}
	}
	return v
}

// caseExact says that the attribute's values are compared with regard to case,
// which SOQL does not do.
func (d *Directory) caseExact(p filter.Path) bool {
	a, ok := d.mapping.User().Find(p.URN, p.Attribute, p.Sub)
	switch {
	case !ok:
		return true
	case a.Sub != nil:
		return a.Sub.CaseExact()
	default:
		return a.Definition.CaseExact()
	}
}

// boolean reads true and false, also as the strings that Entra sends.
func boolean(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		value, err := strconv.ParseBool(strings.ToLower(v))
		return value, err == nil
	default:
		return false, false
	}
}
