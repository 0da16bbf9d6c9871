package patch

import (
	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// MaxSteps bounds the work of one Apply: an element looked at, for each
// condition of a filter that it is held against, is a step, and one written is
// four. The members of a group of 10,000 can be searched a hundred times; no
// honest client needs more in one request, and a hostile one is refused after a
// fraction of a second.
const MaxSteps = 1_000_000

// meter counts the work of one Apply.
type meter struct{ steps int }

// take counts n more; the error says that it is too much.
func (m *meter) take(n int) error {
	if m.steps += n; m.steps > MaxSteps {
		return invalid(scimerrors.ScimTypeInvalidValue, "Operations: they look through long lists too often for one request; send them in several")
	}
	return nil
}

// weight is the steps that one element costs a filter: one for each condition,
// more if it compares with a long text.
func weight(e filter.Expression) int {
	switch e := e.(type) {
	case filter.And:
		return weight(e.Left) + weight(e.Right)
	case filter.Or:
		return weight(e.Left) + weight(e.Right)
	case filter.Not:
		return weight(e.X)
	case filter.Compare:
		return 1 + len(resource.Text(e.Value))/64
	}
	return 1
}
