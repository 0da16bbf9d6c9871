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
	"scimforce/scim/resource"
)

// textOperator is the operator as fields and the echo are searched by; false
// for those of order: Salesforce sorts otherwise than SCIM does.
func textOperator(o filter.Operator) (operator, bool) {
	switch o {
	case filter.Eq:
		return equals, true
	case filter.Co:
		return contains, true
	case filter.Sw:
		return begins, true
	case filter.Ew:
		return ends, true
	default:
		return 0, false
	}
}

// compareText translates a comparison of strings, ids and picklist values: by
// the fields, or by what the echo remembers as sent.
func (l *userLanguage) compareText(ctx context.Context, searches []mapping.Search, c filter.Compare, text string) (leaf, error) {
	how, ok := textOperator(c.Operator)
	if !ok {
		return leaf{}, nil
	}
	s := searches[0]
	if s.Field == "" && s.Echo && len(searches) == 1 {
		return l.echo.alone(ctx, echoSearch{s.Attribute, how, text}, func(id string, echo mapping.Echo) (bool, error) {
			return filter.Match(c, l.user, l.mapping.Render(map[string]any{"Id": id}, echo, mapping.Access{}))
		})
	}
	v := byField(s, how, text)
	if s.Field == "Username" {
		v = byUsername(l.mapping, how, text)
	}
	if s.Kind != "id" { // an id has one spelling here
		v.exact = v.exact && !caseExact(l.user, c.Path)
	}
	for _, other := range searches[1:] {
		v = leaf{verdict: or(v.verdict, byField(other, how, text).verdict)}
	}
	v.narrow = v.extent == nobody || how == equals && (s.Field == "" || slices.Contains(narrowFields[:], s.Field) || s.Attribute == "displayName")
	// A userName comes out of the echo in another case, no more.
	if !s.Echo || s.Field == "Username" {
		return v, nil
	}
	v.exact = false
	echoed, err := l.echo.search(ctx, echoSearch{s.Attribute, how, text})
	switch {
	case err != nil || echoed.more || v.extent == everybody:
		return leaf{}, err
	case len(echoed.ids) == 0:
		v.exact = v.extent == nobody
		return v, nil
	case v.extent == nobody:
		return leaf{verdict: verdict{extent: some, where: soql.In("Id", echoed.ids), narrow: how == equals, bound: true}}, nil
	default:
		v.where = soql.Or(v.where, soql.In("Id", echoed.ids))
		return v, nil
	}
}

// byField is the part of compareText that one field decides.
func byField(s mapping.Search, how operator, text string) leaf {
	if s.Field == "" || utf8.RuneCountInString(text) > longest {
		return leaf{verdict: nothing()}
	}
	if text == "" && how == equals {
		return leaf{verdict: nothing()} // a text in Salesforce is never empty
	}
	switch {
	case s.Kind == "id":
		if how != equals {
			return leaf{}
		}
		id, ok := salesforce.ID18(text)
		if !ok {
			return leaf{verdict: nothing()}
		}
		return leaf{verdict{extent: some, where: soql.Eq(s.Field, id), exact: id == text, bound: true}, unequal(s.Field, id)}
	case s.Kind == "enum":
		if how != equals {
			return leaf{}
		}
		// Salesforce writes en_US, SCIM en-US.
		return leaf{verdict: verdict{extent: some, where: soql.In(s.Field, []string{text, strings.ReplaceAll(text, "-", "_")}), bound: true}}
	case s.Kind == "date":
		if how != equals {
			return leaf{}
		}
		// A date with a time is one as it was sent.
		if at, err := time.Parse(time.DateOnly, text); err != nil || at.Year() <= firstYear || at.Year() >= lastYear {
			return leaf{verdict: nothing()}
		}
		day := soql.Date(text)
		return leaf{verdict{extent: some, where: soql.Eq(s.Field, day), exact: true, bound: true}, unequal(s.Field, day)}
	case s.Kind == "multipicklist":
		if how != equals {
			return leaf{}
		}
		return leaf{verdict{extent: some, where: soql.Includes(s.Field, text), exact: true, bound: true}, orNull(s.Field, soql.Excludes(s.Field, text))}
	default:
		return textLeaf(s.Field, how, text)
	}
}

// textLeaf compares a text field.
func textLeaf(field string, how operator, text string) leaf {
	if text == "" { // every text contains it, no absent one does
		if slices.Contains(neverNull[:], field) {
			return leaf{verdict: all()}
		}
		return leaf{verdict{extent: some, where: soql.NotNull(field), exact: true}, soql.IsNull(field)}
	}
	v := verdict{extent: some, exact: true, bound: true}
	switch how {
	case equals:
		v.where = soql.Eq(field, text)
		return leaf{v, unequal(field, text)}
	case contains:
		v.where = soql.Contains(field, text)
	case begins:
		v.where = soql.HasPrefix(field, text)
	default:
		v.where = soql.HasSuffix(field, text)
	}
	return leaf{v, orNull(field, soql.Not(v.where))}
}

// unequal holds for those whose field differs, or is null.
func unequal(field string, v any) soql.Condition { return orNull(field, soql.Ne(field, v)) }

// orNull adds those whose field is null, unless it never is.
func orNull(field string, c soql.Condition) soql.Condition {
	if slices.Contains(neverNull[:], field) {
		return c
	}
	return soql.Or(soql.IsNull(field), c)
}

// The years between which Salesforce has datetimes, for SOQL at least.
const (
	firstYear = 1700
	lastYear  = 4000
)

// compareTime compares with a time; Salesforce keeps whole seconds.
func compareTime(field string, c filter.Compare) leaf {
	at, ok := resource.Time(resource.Text(c.Value))
	if !ok {
		return leaf{}
	}
	second := at.UTC().Truncate(time.Second)
	whole := second.Equal(at)
	if year := second.Year(); year <= firstYear || year >= lastYear {
		earlier := year <= firstYear // than every time in Salesforce
		later := c.Operator == filter.Gt || c.Operator == filter.Ge
		if c.Operator != filter.Eq && earlier == later {
			return leaf{verdict{extent: some, where: soql.NotNull(field), exact: true}, soql.IsNull(field)}
		}
		return leaf{verdict: nothing()}
	}
	var where, others soql.Condition
	switch {
	case c.Operator == filter.Eq && whole:
		where, others = soql.Eq(field, second), soql.Ne(field, second)
	case c.Operator == filter.Eq:
		return leaf{verdict: nothing()}
	case c.Operator == filter.Ge && whole:
		where, others = soql.Ge(field, second), soql.Lt(field, second)
	case c.Operator == filter.Gt, c.Operator == filter.Ge:
		where, others = soql.Gt(field, second), soql.Le(field, second)
	case c.Operator == filter.Lt && whole:
		where, others = soql.Lt(field, second), soql.Ge(field, second)
	case c.Operator == filter.Lt, c.Operator == filter.Le:
		where, others = soql.Le(field, second), soql.Gt(field, second)
	default:
		return leaf{}
	}
	return leaf{verdict{extent: some, where: where, exact: true, bound: true}, orNull(field, others)}
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
