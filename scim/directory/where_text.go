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
	if s.Field == "Username" {
		v = byUsername(d.mapping.UsernameSuffix(), how, text)
	}
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
