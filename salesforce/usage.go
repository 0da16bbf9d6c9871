package salesforce

import (
	"strconv"
	"strings"
	"time"
)

// Usage is how much of the org's daily allocation of API calls is used, by
// all its integrations together.
type Usage struct {
	Used, Limit int
	Seen        time.Time // when Salesforce last told; zero when it never did
}

// Usage is what the last answer told in Sforce-Limit-Info. The number lags
// behind the truth by some calls; with a soft limit Used can pass Limit.
func (c *Client) Usage() Usage {
	if u := c.usage.Load(); u != nil {
		return *u
	}
	return Usage{}
}

// watch remembers the header Sforce-Limit-Info, which every answer of the
// data API has, errors too.
func (c *Client) watch(header string) {
	if used, limit, ok := parseLimitInfo(header); ok {
		c.usage.Store(&Usage{Used: used, Limit: limit, Seen: c.now()})
	}
}

// Trouble is when the org was last out of reach or did not answer as Salesforce
// does, for as long as this client lives; zero for never.
func (c *Client) Trouble() time.Time {
	if at := c.trouble.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// parseLimitInfo reads "api-usage=33/15000", with or without a second entry
// such as "per-app-api-usage=17/250(appName=sample-app)".
func parseLimitInfo(header string) (used, limit int, ok bool) {
	for entry := range strings.FieldsFuncSeq(header, func(r rune) bool { return r == ';' || r == ',' }) {
		numbers, found := strings.CutPrefix(strings.TrimSpace(entry), "api-usage=")
		if !found {
			continue
		}
		first, second, found := strings.Cut(numbers, "/")
		if !found {
			continue
		}
		used, err1 := strconv.Atoi(first)
		limit, err2 := strconv.Atoi(second)
		if err1 == nil && err2 == nil && used >= 0 && limit > 0 {
			return used, limit, true
		}
	}
	return 0, 0, false
}
