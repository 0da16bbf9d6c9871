package forgive

import (
	"strings"

	"scimforce/scim/filter"
)

// emailFilter is for PingFederate: `email` becomes `emails.value`.
func emailFilter(e filter.Expression) (filter.Expression, bool) {
	rename := func(p filter.Path) (filter.Path, bool) {
		if p.URN != "" || p.Sub != "" || !strings.EqualFold(p.Attribute, "email") {
			return p, false
		}
		return filter.Path{Attribute: "emails", Sub: "value", Position: p.Position}, true
	}
	var changed, changedRight bool
	switch e := e.(type) {
	case filter.And:
		e.Left, changed = emailFilter(e.Left)
		e.Right, changedRight = emailFilter(e.Right)
		return e, changed || changedRight
	case filter.Or:
		e.Left, changed = emailFilter(e.Left)
		e.Right, changedRight = emailFilter(e.Right)
		return e, changed || changedRight
	case filter.Not:
		e.X, changed = emailFilter(e.X)
		return e, changed
	case filter.Compare:
		e.Path, changed = rename(e.Path)
		return e, changed
	case filter.Present:
		e.Path, changed = rename(e.Path)
		return e, changed
	}
	return e, false
}
