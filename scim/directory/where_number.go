package directory

import (
	"math"
	"strconv"

	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

const (
	// maxExact is the number up to which a float64 says what was written.
	maxExact = 1e15
	// beyondNumbers is more than a number in Salesforce can be: it has 18 digits.
	beyondNumbers = 1e18
)

// compareNumber compares with a number. An absent one satisfies no comparison;
// it is said in so many words, as SOQL's own rule for null and "<" is remembered
// only (unverified).
func compareNumber(field string, c filter.Compare) leaf {
	// A number that is written in another way than the shortest is a text in a
	// filter.
	v, err := strconv.ParseFloat(resource.Text(c.Value), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return leaf{}
	}
	var where, others soql.Condition
	if size := math.Abs(v); size >= maxExact && size < beyondNumbers {
		return leaf{}
	} else if size >= beyondNumbers {
		less := v > 0 && (c.Operator == filter.Lt || c.Operator == filter.Le)
		more := v < 0 && (c.Operator == filter.Gt || c.Operator == filter.Ge)
		if less || more {
			return leaf{verdict{extent: some, where: soql.NotNull(field), exact: true}, soql.IsNull(field)}
		}
		return leaf{verdict: nothing()}
	}
	switch c.Operator {
	case filter.Eq:
		where, others = soql.Eq(field, v), soql.Ne(field, v)
	case filter.Gt:
		where, others = soql.Gt(field, v), soql.Le(field, v)
	case filter.Ge:
		where, others = soql.Ge(field, v), soql.Lt(field, v)
	case filter.Lt:
		where, others = soql.Lt(field, v), soql.Ge(field, v)
	case filter.Le:
		where, others = soql.Le(field, v), soql.Gt(field, v)
	default:
		return leaf{}
	}
	return leaf{verdict{extent: some, where: soql.And(soql.NotNull(field), where), exact: true, bound: true}, soql.Or(soql.IsNull(field), others)}
}
