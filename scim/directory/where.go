package directory

import (
	"context"
	"fmt"
	"net/http"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// verdict is what SOQL can say of a filter: a condition that holds for all who
// satisfy the filter, and perhaps for others.
type verdict struct {
	extent extent
	where  soql.Condition // of some
	// exact: where holds for no others, so that Salesforce can count.
	exact bool
	// narrow: where names one, or few, so that what lies beside them can be
	// asked for in the same call.
	narrow bool
	// bound: where leaves a part of the org that may be looked through for those
	// who satisfy the filter. A comparison of a text, a window of time and a list
	// of ids are such bounds. That an attribute is present, absent or unequal is
	// none, and neither are active and other booleans: they mostly leave nearly
	// everybody. Whatever the bound leaves, maxScan is the end of looking.
	bound bool
	// unsaid is the first condition that SOQL does not say, when not exact.
	unsaid string
}

type extent int

const (
	everybody extent = iota // no condition
	some
	nobody
)

// longest is more characters than any field has that is filtered by; a literal
// may have 4,000.
const longest = 2000

// maxWhere bounds the condition made of a filter: it stands in one statement
// together with the ids of tombstones (see countFrozen).
const maxWhere = 35_000

func nothing() verdict { return verdict{extent: nobody, exact: true} }

func all() verdict { return verdict{exact: true} }

// constant is the verdict on a condition that holds for everybody or nobody.
func constant(holds bool) verdict {
	if holds {
		return all()
	}
	return nothing()
}

func and(a, b verdict) verdict {
	v := verdict{exact: a.exact && b.exact, narrow: a.narrow || b.narrow, bound: a.bound || b.bound, unsaid: first(a.unsaid, b.unsaid)}
	switch {
	case a.extent == nobody || b.extent == nobody:
		return nothing()
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
	v := verdict{exact: a.exact && b.exact, narrow: a.narrow && b.narrow, bound: a.bound && b.bound, unsaid: first(a.unsaid, b.unsaid)}
	if b.unbounded() && !a.unbounded() {
		v.unsaid = b.unsaid
	}
	switch {
	case a.extent == nobody:
		b.exact, b.unsaid = v.exact, v.unsaid
		return b
	case b.extent == nobody:
		a.exact, a.unsaid = v.exact, v.unsaid
		return a
	case a.extent == everybody || b.extent == everybody:
		v.extent, v.bound, v.narrow = everybody, false, false
		// Who is everybody needs no other condition to be so.
		v.exact = v.exact || a.extent == everybody && a.exact || b.extent == everybody && b.exact
	default:
		v.extent, v.where = some, soql.Or(a.where, b.where)
	}
	return v
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// leaf is the verdict on one condition, with what SOQL says of the others.
type leaf struct {
	verdict
	// others holds for those for whom where does not, null fields included. Of
	// an exact leaf of some.
	others soql.Condition
}

// either is the verdict on a leaf or on its negation.
//
// Null: SCIM's "ne" and "not" hold for an absent attribute. In SOQL != and NOT
// do, too, but for LIKE and on paths to a parent that is remembered only;
// others says it in so many words.
func (l leaf) either(holds bool, text string) verdict {
	switch {
	case holds:
		return l.verdict
	case !l.exact:
		return verdict{unsaid: text}
	case l.extent == nobody:
		return all()
	case l.extent == everybody:
		return nothing()
	default:
		return verdict{extent: some, where: l.others, exact: true}
	}
}

// opposite is the leaf on the negation of an exact one.
func (l leaf) opposite() leaf { return leaf{l.either(false, ""), l.where} }

// language says what a kind of resource lets SOQL say of single conditions.
type language interface {
	present(ctx context.Context, p filter.Path) (leaf, error)
	compare(ctx context.Context, c filter.Compare) (leaf, error)
	typ() resource.Type
}

// say finds the verdict on a filter, or on its negation. Negations are brought
// down to the single conditions; of those that SOQL cannot say, those in a
// conjunction are left out, and one in a disjunction leaves everybody.
func say(ctx context.Context, l language, e filter.Expression, holds bool) (verdict, error) {
	switch e := e.(type) {
	case nil:
		return all(), nil
	case filter.And:
		return sayBoth(ctx, l, e.Left, e.Right, holds, holds)
	case filter.Or:
		return sayBoth(ctx, l, e.Left, e.Right, holds, !holds)
	case filter.Not:
		return say(ctx, l, e.X, !holds)
	case filter.Present:
		text := conditionText(e.Path, "pr")
		v, err := l.present(ctx, e.Path)
		return spoken(v.either(holds, text), text), err
	case filter.Compare:
		text := conditionText(e.Path, e.Operator)
		if a, ok := l.typ().Find(e.Path.URN, e.Path.Attribute, e.Path.Sub); e.Operator == filter.Ne {
			if !ok || a.Definition.MultiValued() {
				// "ne" holds when one of several values differs.
				return verdict{unsaid: text}, nil
			}
			e.Operator, holds = filter.Eq, !holds
		}
		v, err := l.compare(ctx, e)
		return spoken(v.either(holds, text), text), err
	case filter.ValuePath:
		return sayValuePath(ctx, l, e, holds)
	default:
		return verdict{}, nil
	}
}

func sayBoth(ctx context.Context, l language, a, b filter.Expression, holds, together bool) (verdict, error) {
	left, err := say(ctx, l, a, holds)
	if err != nil {
		return verdict{}, err
	}
	right, err := say(ctx, l, b, holds)
	if err != nil {
		return verdict{}, err
	}
	if together {
		return and(left, right), nil
	}
	return or(left, right), nil
}

// sayValuePath says of `emails[type eq "work" and value eq "x"]` that it is at
// least `emails.type eq "work" and emails.value eq "x"`. One condition alone
// means the same within brackets and without.
func sayValuePath(ctx context.Context, l language, e filter.ValuePath, holds bool) (verdict, error) {
	inner := within(e.Path, e.Filter)
	switch c := e.Filter.(type) {
	case filter.Present:
		return say(ctx, l, inner, holds)
	case filter.Compare:
		if c.Operator != filter.Ne {
			return say(ctx, l, inner, holds)
		}
	}
	text := conditionText(e.Path, "[]")
	v, err := say(ctx, l, inner, true)
	switch {
	case err != nil:
		return verdict{}, err
	case v.exact && v.extent == nobody:
		return constant(!holds), nil
	case !holds:
		return verdict{unsaid: text}, nil
	default:
		v.exact, v.unsaid = false, first(v.unsaid, text)
		return v, nil
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
		if e.Operator == filter.Ne { // of an element, not of the attribute
			return nil
		}
		return filter.Compare{Path: inner(e.Path), Operator: e.Operator, Value: e.Value}
	case filter.Present:
		return filter.Present{Path: inner(e.Path)}
	default: // a negation inside says nothing about the attribute as a whole
		return nil
	}
}

func spoken(v verdict, text string) verdict {
	if !v.exact {
		v.unsaid = first(v.unsaid, text)
	}
	return v
}

func conditionText(p filter.Path, o filter.Operator) string {
	return fmt.Sprintf("%q (character %d)", shown(p.String())+" "+string(o), p.Position)
}

// tooLong refuses a condition that does not fit into a statement.
func (v verdict) tooLong() error {
	if v.extent != some {
		return nil
	}
	text, err := soql.Select{From: "User", Count: true, Where: v.where}.Build()
	if err != nil || len(text) > maxWhere {
		return invalidFilter("The filter becomes a query that is longer than Salesforce takes. Ask with fewer conditions at a time.")
	}
	return nil
}

// unbounded says that all of the org would have to be looked through.
func (v verdict) unbounded() bool { return v.extent != nobody && !v.exact && !v.bound }

// refusal says why a filter that is unbounded is not answered.
func (v verdict) refusal(things, bounds string) error {
	return invalidFilter("Salesforce cannot decide %s by itself, and the rest of the filter would leave all %s of the org to look through. Add a condition that Salesforce can apply, joined by and, such as %s.", v.unsaid, things, bounds)
}

func invalidFilter(format string, args ...any) error {
	return scimerrors.ScimError{Status: http.StatusBadRequest, ScimType: scimerrors.ScimTypeInvalidFilter, Detail: "filter: " + fmt.Sprintf(format, args...)}
}
