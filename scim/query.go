package scim

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/filter"
	"scimforce/scim/forgive"
)

const (
	// defaultCount is a page when the client does not say how much it wants.
	defaultCount = 100
	// maxResults is the largest page, advertised as filter.maxResults. Never
	// below 100: Okta goes on to startIndex+100 however much it was given.
	maxResults = 1000
)

// parameters are the query parameters this server knows, by their name in
// lower case (clients send startindex too). Others are ignored: Entra puts
// its feature flags (aadOptscim062020) into the query of every request.
type parameters map[string]string

// known are the names that parameters may hold.
func known(name string) bool {
	switch name {
	case "filter", "sortby", "sortorder", "startindex", "count", "cursor", "attributes", "excludedattributes":
		return true
	}
	return false
}

// readParameters splits a raw query. Empty parts and a bare "?" or "&" at the
// end, which OneLogin sends, are nothing. net/url would drop a pair that has a
// semicolon in it, and a filter that is silently dropped lists everybody: so
// what cannot be read is a 400.
func readParameters(raw string) (parameters, error) {
	found := parameters{}
	for pair := range strings.SplitSeq(raw, "&") {
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(rawName)
		if err != nil {
			continue
		}
		name = strings.ToLower(strings.TrimSpace(name))
		if !known(name) {
			continue
		}
		if name == "filter" {
			rawValue = keepPlus(rawValue)
		}
		value, err := url.QueryUnescape(rawValue)
		if err != nil || !utf8.ValidString(value) {
			return nil, refuse(http.StatusBadRequest, invalidParameter(name), "The query parameter %s is not encoded as a URL needs it (%% is written as %%25).", name)
		}
		// An empty cursor asks for the first page; anything else that is empty is
		// not there.
		if value = strings.TrimSpace(value); value == "" && name != "cursor" {
			continue
		}
		if before, twice := found[name]; twice && before != value {
			return nil, refuse(http.StatusBadRequest, invalidParameter(name), "The query parameter %s is there twice with different values.", name)
		}
		found[name] = value
	}
	return found, nil
}

// invalidParameter is the scimType for a bad parameter.
func invalidParameter(name string) scimerrors.ScimType {
	switch name {
	case "filter":
		return scimerrors.ScimTypeInvalidFilter
	case "cursor":
		return invalidCursor
	}
	return scimerrors.ScimTypeInvalidValue
}

// keepPlus saves the pluses that are pluses: in a raw query a plus means a
// blank, but not every client that leaves it as it is means one. A client that
// writes its blanks as %20 means a plus. Of one that writes them as pluses, too,
// a quoted literal is taken for what it looks like: an e-mail address
// ("sales+emea@acme.example") has no blanks, other text ("Sales @ EMEA") has.
func keepPlus(raw string) string {
	const quote, plus = "%22", "%2B"
	if !strings.Contains(raw, "+") {
		return raw
	}
	raw = strings.ReplaceAll(raw, `"`, quote)
	parts := strings.Split(raw, quote)
	if strings.Contains(parts[0], "%20") {
		return strings.ReplaceAll(raw, "+", plus)
	}
	for i := 1; i < len(parts); i += 2 {
		if looksLikeAddress(parts[i]) {
			parts[i] = strings.ReplaceAll(parts[i], "+", plus)
		}
	}
	return strings.Join(parts, quote)
}

// looksLikeAddress reports whether an encoded literal can be one e-mail
// address, a plus being part of it.
func looksLikeAddress(literal string) bool {
	local, domain, found := strings.Cut(strings.ReplaceAll(literal, "%40", "@"), "@")
	return found && !strings.HasSuffix(local, "+") && !strings.ContainsAny(domain, "+@ ") && !strings.Contains(literal, "%20")
}

// list is what a list request asks for.
type list struct {
	filter            filter.Expression // nil: all
	sortBy            string
	descending        bool
	startIndex, count int
	// byCursor: the page is that of cursor, "" for the first, and startIndex is
	// not heeded.
	byCursor bool
	cursor   string
}

// readList reads the parameters of a list (RFC 7644 3.4.2, RFC 9865 2): below 1
// the start is 1, below 0 the count is 0, above maxResults it is maxResults.
func readList(p parameters) (list, error) {
	l := list{startIndex: 1, count: defaultCount}
	l.cursor, l.byCursor = p["cursor"]
	var err error
	if text, ok := p["startindex"]; ok && !l.byCursor {
		if l.startIndex, err = integer("startIndex", text, scimerrors.ScimTypeInvalidValue); err != nil {
			return list{}, err
		}
	}
	if text, ok := p["count"]; ok {
		wrong := scimerrors.ScimTypeInvalidValue
		if l.byCursor {
			wrong = invalidCount
		}
		if l.count, err = integer("count", text, wrong); err != nil {
			return list{}, err
		}
	}
	l.startIndex = max(1, l.startIndex)
	l.count = min(max(0, l.count), maxResults)
	if err := l.readSort(p); err != nil {
		return list{}, err
	}
	if text, ok := p["filter"]; ok {
		if l.filter, err = filter.Parse(forgive.Filter(text)); err != nil {
			return list{}, err
		}
	}
	return l, nil
}

// integer reads a whole number; one that no machine holds is the largest of
// its sign that every machine holds.
func integer(name, text string, wrong scimerrors.ScimType) (int, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if errors.Is(err, strconv.ErrRange) {
		if strings.HasPrefix(text, "-") {
			return math.MinInt32, nil
		}
		return math.MaxInt32, nil
	}
	if err != nil {
		return 0, refuse(http.StatusBadRequest, wrong, "The parameter %s must be a whole number.", name)
	}
	return int(n), nil
}
