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
	switch e := e.(type) {
	case filter.And:
		return filter.And{Left: withFullIDs(e.Left), Right: withFullIDs(e.Right)}
	case filter.Or:
		return filter.Or{Left: withFullIDs(e.Left), Right: withFullIDs(e.Right)}
	case filter.Not:
		return filter.Not{X: withFullIDs(e.X)}
	case filter.ValuePath:
		if !holdsIDs(e.Path.Attribute) {
			return e
		}
		return filter.ValuePath{Path: e.Path, Filter: withFullIDs(e.Filter)}
	case filter.Compare:
		text, ok := e.Value.(string)
		if ok && (e.Operator == filter.Eq || e.Operator == filter.Ne) && (holdsIDs(e.Path.Attribute) || strings.EqualFold(e.Path.Attribute, "value")) {
			e.Value = fullID(text)
		}
		return e
	default:
		return e
	}
}

// holdsIDs says that the values of an attribute are Salesforce ids.
func holdsIDs(attribute string) bool {
	return slices.ContainsFunc([]string{"id", "manager", "groups", "members"}, func(a string) bool { return strings.EqualFold(a, attribute) })
}
