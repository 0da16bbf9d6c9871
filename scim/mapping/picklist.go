package mapping

import (
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
)

// likeness is how well a value was found in a picklist.
type likeness int

const (
	not     likeness = iota
	nearly           // another value of the same base language
	exactly          // the same, spelled otherwise at most
)

// find looks a value up in a picklist, ignoring case and the spelling of the
// separator. Without a picklist the value is taken, spelled as Salesforce would.
//
// preferredLanguage may be a list in the form of Accept-Language (RFC 7643
// section 4.1.1): the most wanted language that the org has is taken.
func (k localeKind) find(values []string, sent string) (string, likeness) {
	wanted := []string{strings.TrimSpace(sent)}
	if k == language {
		wanted = languages(sent)
	}
	for _, w := range wanted {
		if len(values) == 0 {
			return k.compose(w), exactly
		}
		for _, name := range k.names(w) {
			i := slices.IndexFunc(values, func(v string) bool { return k.key(v) == name })
			if i >= 0 {
				return values[i], exactly
			}
		}
	}
	if k == timeZone {
		return "", not
	}
	for _, w := range wanted {
		for _, name := range k.names(w) {
			if found := relative(values, name); found != "" {
				return found, nearly
			}
		}
	}
	return "", not
}

// relative finds a value of the same base language: the base itself, then the
// country of the same name (de_DE), American English, and the first there is.
func relative(values []string, key string) string {
	base, _, _ := strings.Cut(key, "_")
	var relatives []string
	for _, v := range values {
		if b, _, _ := strings.Cut(strings.ToLower(v), "_"); b == base {
			relatives = append(relatives, v)
		}
	}
	for _, best := range []string{base, base + "_" + base, base + "_us"} {
		i := slices.IndexFunc(relatives, func(v string) bool { return strings.ToLower(v) == best })
		if i >= 0 {
			return relatives[i]
		}
	}
	if len(relatives) > 0 {
		return relatives[0]
	}
	return ""
}

// key is a value in the form in which two spellings of it are compared.
func (k localeKind) key(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if k != timeZone {
		s = strings.ReplaceAll(s, "-", "_")
	}
	return s
}

// names are the keys under which a picklist may hold a value: itself, and the
// other name of the same thing. Salesforce keeps old ISO 639 codes (iw, in, no).
func (k localeKind) names(s string) []string {
	key := k.key(s)
	if k == timeZone {
		for _, same := range sameZones() {
			if slices.Contains(same, key) {
				return append([]string{key}, same...)
			}
		}
		return []string{key}
	}
	base, rest, _ := strings.Cut(key, "_")
	for _, same := range [][2]string{{"he", "iw"}, {"id", "in"}, {"nb", "no"}, {"zh_hans", "zh_cn"}, {"zh_hant", "zh_tw"}} {
		switch {
		case key == same[0]:
			return []string{key, same[1]}
		case base == same[0] && rest != "":
			return []string{key, same[1] + "_" + rest, same[1]}
		case base == same[1] && rest != "":
			return []string{key, same[0] + "_" + rest}
		case key == same[1]:
			return []string{key, same[0]}
		}
	}
	return []string{key}
}

// sameZones are time zones with several names in the IANA database ("backward"),
// of which Salesforce's picklist has one.
//
// unverified: which of the names an org has depends on its release.
func sameZones() [][]string {
	return [][]string{
		{"gmt", "utc", "etc/utc", "etc/gmt", "zulu"},
		{"america/new_york", "us/eastern"},
		{"america/chicago", "us/central"},
		{"america/denver", "us/mountain"},
		{"america/phoenix", "us/arizona"},
		{"america/los_angeles", "us/pacific"},
		{"america/anchorage", "us/alaska"},
		{"pacific/honolulu", "us/hawaii"},
		{"america/indianapolis", "america/indiana/indianapolis"},
		{"america/buenos_aires", "america/argentina/buenos_aires"},
		{"asia/calcutta", "asia/kolkata"},
		{"asia/katmandu", "asia/kathmandu"},
		{"asia/rangoon", "asia/yangon"},
		{"asia/saigon", "asia/ho_chi_minh"},
		{"europe/kiev", "europe/kyiv"},
	}
}

// compose spells a language or locale as Salesforce does: en_US, zh_Hans_CN.
func (k localeKind) compose(s string) string {
	if k == timeZone {
		return s
	}
	parts := strings.Split(k.key(s), "_")
	for i, part := range parts[1:] {
		switch len(part) {
		case 4:
			parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
		case 2, 3:
			parts[i+1] = strings.ToUpper(part)
		}
	}
	return strings.Join(parts, "_")
}

// languages reads an Accept-Language list (RFC 9110 section 12.5.4), the most
// wanted first. A single tag is a list of one.
func languages(s string) []string {
	if s = strings.TrimSpace(s); s != "" && s != "*" && !strings.ContainsAny(s, ",;") {
		return []string{s}
	}
	type wish struct {
		tag    string
		weight float64
	}
	var wishes []wish
	for item := range strings.SplitSeq(s, ",") {
		tag, params, _ := strings.Cut(item, ";")
		w := wish{strings.TrimSpace(tag), 1}
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			w.weight, _ = strconv.ParseFloat(q, 64)
		}
		if w.tag != "" && w.tag != "*" && w.weight > 0 {
			wishes = append(wishes, w)
		}
	}
	slices.SortStableFunc(wishes, func(a, b wish) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return 0
	})
	tags := make([]string, len(wishes))
	for i, w := range wishes {
		tags[i] = w.tag
	}
	return tags
}

// nearest is the value that takes the fewest changes of a letter to reach,
// ignoring case; "" of none. Only the beginning of a long text counts, so that
// a client cannot make it expensive.
func nearest(values []string, s string) string {
	s = s[:min(len(s), 80)]
	best, least := "", -1
	for _, v := range values {
		if n := levenshtein.ComputeDistance(strings.ToLower(v), strings.ToLower(s)); least < 0 || n < least {
			best, least = v, n
		}
	}
	return best
}
