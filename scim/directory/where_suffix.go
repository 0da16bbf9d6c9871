package directory

import (
	"strings"

	"scimforce/salesforce/soql"
	"scimforce/scim/mapping"
)

// byUsername is byField for userName in an org whose usernames end in a suffix
// that an IdP does not see. Some usernames lack it, and are read as they are, so
// that Salesforce alone can rarely decide: what touches the seam is decided by
// what is read.
func byUsername(suffix string, how operator, text string) verdict {
	s := mapping.Search{Field: "Username", Kind: "string"}
	v := byField(s, how, text)
	if suffix == "" || v.extent != some {
		return v
	}
	switch how {
	case equals, ends:
		// byField knows how long a literal may be; the suffix is short.
		v.where = soql.Or(v.where, byField(s, how, text+suffix).where)
		v.exact = false
	default:
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
