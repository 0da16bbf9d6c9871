package directory

import (
	"slices"
	"strings"
	"unicode/utf8"

	"scimforce/salesforce/soql"
)

// titled compares displayName, which is the name of a public group.
func (publicGroups) titled(how operator, text string) leaf {
	if utf8.RuneCountInString(text) > longest || text == "" && how == equals {
		return leaf{verdict: nothing()}
	}
	return textLeaf("Name", how, text)
}

// titled compares displayName, which is "Permission Set: Label", or "Permission
// Set: Label (API_Name)". What is not found in the label alone is decided by
// what is read: there are few permission sets.
func (k permissionSets) titled(how operator, text string) leaf {
	if utf8.RuneCountInString(text) > longest {
		return leaf{verdict: nothing()}
	}
	everything := leaf{verdict: verdict{unsaid: "displayName"}}
	within := func(c ...soql.Condition) leaf {
		return leaf{verdict: verdict{extent: some, where: soql.Or(c...), bound: true}}
	}
	rest, after := cutPrefixFold(text, permissionSetPrefix)
	switch how {
	case equals:
		where, ok := k.named(text)
		if !ok {
			return leaf{verdict: nothing()}
		}
		return within(where)
	case begins:
		switch {
		case hasPrefixFold(permissionSetPrefix, text):
			return leaf{verdict: all()}
		case !after:
			return leaf{verdict: nothing()}
		}
		// What follows the first bracket may be the API name.
		head, _, _ := strings.Cut(rest, " (")
		if head = strings.TrimRight(head, " "); head == "" {
			return everything
		}
		return within(soql.HasPrefix("Label", head))
	case ends:
		if text == "" {
			return leaf{verdict: all()}
		}
		if strings.HasSuffix(text, ")") {
			return everything
		}
		return within(append(labelsAcross(text, soql.Eq), soql.HasSuffix("Label", text))...)
	default:
		switch {
		case containsFold(permissionSetPrefix, text):
			return leaf{verdict: all()}
		case strings.ContainsAny(text, "()") || strings.HasSuffix(text, " "):
			return everything
		}
		begin := func(field string, v any) soql.Condition { return soql.HasPrefix(field, v.(string)) }
		return within(append(labelsAcross(text, begin), soql.Contains("Label", text), soql.Contains("Name", text))...)
	}
}

// labelsAcross are the conditions for labels with which a text begins in the
// prefix of the name and goes on in the label.
func labelsAcross(text string, condition func(field string, v any) soql.Condition) []soql.Condition {
	var all []soql.Condition
	for i := range permissionSetPrefix {
		if rest, ok := cutPrefixFold(text, permissionSetPrefix[i:]); ok && rest != "" {
			all = append(all, condition("Label", rest))
		}
	}
	return slices.Clip(all)
}

func hasPrefixFold(s, prefix string) bool {
	_, ok := cutPrefixFold(s, prefix)
	return ok
}

func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}
