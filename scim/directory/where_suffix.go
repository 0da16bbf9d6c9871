package directory

import (
	"slices"
	"strings"

	"scimforce/salesforce/soql"
	"scimforce/scim/mapping"
)

// byUsername is byField for userName. An org's usernames may end in a suffix
// that an IdP does not see; some lack it, and are read as they are.
func byUsername(m *mapping.Mapping, how operator, text string) leaf {
	s := mapping.Search{Field: "Username", Kind: "string"}
	v := byField(s, how, text)
	suffix := m.UsernameSuffix()
	if suffix == "" || v.extent != some {
		return v
	}
	switch how {
	case equals:
		// byField knows how long a literal may be; the suffix is short.
		usernames := slices.DeleteFunc([]string{text, text + suffix}, func(name string) bool { return !strings.EqualFold(m.UserName(name), text) })
		if len(usernames) == 0 {
			return leaf{verdict: nothing()}
		}
		v.where, v.others = soql.In("Username", usernames), soql.NotIn("Username", usernames)
	case ends:
		// The end of the name as Salesforce has it, or as it is read: which of the
		// two it is only what is read decides.
		v.where = soql.Or(v.where, byField(s, how, text+suffix).where)
		v.exact = false
	default:
		// What touches the seam is decided by what is read.
		v.exact = !touches(strings.ToLower(text), suffix)
	}
	return v
}

// touches says that text may be found in the suffix of a name, or across the
// seam, where an IdP reads nothing of it.
func touches(text, suffix string) bool {
	for i := range suffix {
		if strings.HasSuffix(text, suffix[:i+1]) {
			return true
		}
	}
	return strings.Contains(suffix, text)
}
