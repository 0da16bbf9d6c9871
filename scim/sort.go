package scim

import (
	"net/http"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/directory"
	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// readSort reads sortBy and sortOrder (RFC 7644 3.4.2.3); a sortOrder without a
// sortBy orders nothing.
func (l *list) readSort(p parameters) error {
	l.sortBy = p["sortby"]
	switch order := p["sortorder"]; strings.ToLower(order) {
	case "", "ascending":
	case "descending":
		l.descending = true
	default:
		return refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "sortOrder must be ascending or descending.")
	}
	return nil
}

// sortFor finds the attribute to sort a type by. Of a complex attribute it is
// the value ("emails" means emails.value); of several values the primary or the
// first counts, so that a value filter within the name changes nothing.
//
// RFC 7644 does not say what to answer to an attribute that cannot be sorted by.
// A list in another order than was asked for would be taken for sorted by
// whoever asked, so it is refused: 400 invalidValue (invalidPath is of PATCH
// alone, table 9).
func (l list) sortFor(t resource.Type) (directory.Sort, error) {
	if l.sortBy == "" {
		return directory.Sort{}, nil
	}
	target, err := filter.ParseTarget(l.sortBy)
	if err != nil || target.Path.Attribute == "" {
		return directory.Sort{}, refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "sortBy must be the name of an attribute, such as userName or name.familyName.")
	}
	sub := target.Path.Sub
	if sub == "" {
		sub = target.Sub
	}
	a, ok := t.Find(target.Path.URN, target.Path.Attribute, sub)
	if ok && a.Sub == nil && a.Definition.AttributeType() == "complex" {
		if a, ok = t.Find(target.Path.URN, target.Path.Attribute, "value"); !ok {
			return directory.Sort{}, refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "sortBy must name a part of the attribute %s, such as name.familyName.", target.Path.Attribute)
		}
	}
	if !ok || a.Leaf().Returned() == "never" {
		return directory.Sort{}, refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "sortBy names an attribute that a %s does not have; /Schemas lists those it has.", t.Name)
	}
	path := filter.Path{URN: a.URN, Attribute: a.Definition.Name()}
	if a.Sub != nil {
		path.Sub = a.Sub.Name()
	}
	return directory.Sort{By: path, Descending: l.descending}, nil
}
