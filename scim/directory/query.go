package directory

import (
	"slices"
	"strings"

	"scimforce/scim/filter"
)

// bounded brings a query to what is served: a page holds 2,000 resources at
// most, and ids have 18 characters.
func (q Query) bounded() Query {
	q.StartIndex, q.Count = max(q.StartIndex, 1), min(max(q.Count, 0), maxWindow)
	q.Filter = withFullIDs(q.Filter)
	return q
}

// begins says that the first page is asked for.
func (q Query) begins() bool {
	if q.After != nil {
		return q.After.ID == ""
	}
	return q.StartIndex == 1
}

// withFullIDs brings the ids in a filter to 18 characters, as resources have
// them: people copy those of 15 from Salesforce's pages.
func withFullIDs(e filter.Expression) filter.Expression {
	return rewritten(e, func(e filter.Expression) filter.Expression {
		switch e := e.(type) {
		case filter.ValuePath:
			if holdsIDs(e.Path.Attribute) {
				return filter.ValuePath{Path: e.Path, Filter: withFullIDs(e.Filter)}
			}
		case filter.Compare:
			text, ok := e.Value.(string)
			if ok && (e.Operator == filter.Eq || e.Operator == filter.Ne) && (holdsIDs(e.Path.Attribute) || strings.EqualFold(e.Path.Attribute, "value")) {
				e.Value = fullID(text)
			}
			return e
		}
		return e
	})
}

// rewritten is a filter with its conditions changed by f.
func rewritten(e filter.Expression, f func(filter.Expression) filter.Expression) filter.Expression {
	switch e := e.(type) {
	case nil:
		return nil
	case filter.And:
		return filter.And{Left: rewritten(e.Left, f), Right: rewritten(e.Right, f)}
	case filter.Or:
		return filter.Or{Left: rewritten(e.Left, f), Right: rewritten(e.Right, f)}
	case filter.Not:
		return filter.Not{X: rewritten(e.X, f)}
	default:
		return f(e)
	}
}

// holdsIDs says that the values of an attribute are Salesforce ids.
func holdsIDs(attribute string) bool {
	return slices.ContainsFunc([]string{"id", "manager", "groups", "members"}, func(a string) bool { return strings.EqualFold(a, attribute) })
}
