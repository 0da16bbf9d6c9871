package salesforce

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// Escaped statements beyond this length travel in a body. The URI may have
// 16,384 bytes together with the headers, of which a token takes its share;
// what is longer is answered with 414, 431 or even a page about maintenance.
const maxQueryInURL = 8_000

// A page is the answer to a query or to a call for the next page of one.
type page struct {
	TotalSize      int      `json:"totalSize"`
	Done           *bool    `json:"done"`
	NextRecordsURL string   `json:"nextRecordsUrl"`
	Records        []Record `json:"records"`
}

// check says whether this is a page at all: another JSON object would decode
// to an empty one, and nothing found is a fact to be sure of.
func (p page) check() error {
	if p.Done == nil || !*p.Done && p.NextRecordsURL == "" {
		return errShape
	}
	return nil
}

// Query runs a SOQL statement and returns the records of all its pages.
func (c *Client) Query(ctx context.Context, statement string) ([]Record, error) {
	first, err := c.firstPage(ctx, statement)
	if err != nil {
		return nil, err
	}
	return c.following(ctx, first, objectOf(statement))
}

// Count runs a statement "SELECT COUNT() FROM …" and returns the number.
func (c *Client) Count(ctx context.Context, statement string) (int, error) {
	first, err := c.firstPage(ctx, statement)
	return first.TotalSize, err
}

func (c *Client) firstPage(ctx context.Context, statement string) (page, error) {
	escaped := escapeStatement(statement)
	if len(escaped) > maxQueryInURL {
		return c.longQuery(ctx, statement)
	}
	return c.page(ctx, request{
		method: http.MethodGet, path: "/query", query: "q=" + escaped,
		resource: "/query", parts: []string{objectOf(statement)},
	})
}

// escapeStatement writes a statement as the value of q. Blanks become %20, which
// means the same wherever it is decoded; a plus does so only where a form is.
// Inside a composite the URL is not read by a web server.
func escapeStatement(statement string) string {
	return strings.ReplaceAll(url.QueryEscape(statement), "+", "%20")
}

// page makes a request that answers a page.
func (c *Client) page(ctx context.Context, r request) (page, error) {
	var p page
	r.read = func(a answer) error {
		p = page{}
		if err := a.decode(&p); err != nil {
			return err
		}
		for _, record := range p.Records {
			if record == nil {
				return errShape
			}
		}
		return p.check()
	}
	err := c.do(ctx, r)
	if err != nil {
		return page{}, err
	}
	return p, nil
}

// longQuery runs a statement that is too long for a URI as the only
// subrequest of a composite, where it is in the body.
func (c *Client) longQuery(ctx context.Context, statement string) (page, error) {
	responses, err := c.Composite(ctx, false, QuerySub("query", statement))
	if err != nil {
		return page{}, err
	}
	s := responses["query"]
	if err := s.Err(); err != nil {
		return page{}, err
	}
	return s.page, nil
}

// following returns the records of a page and of all after it.
func (c *Client) following(ctx context.Context, p page, object string) ([]Record, error) {
	records := slices.Clip(p.Records) // others may hold the page as well
	r := request{method: http.MethodGet, rooted: true, resource: "/query/{locator}", parts: []string{object}}
	wrong := func(cause string) error {
		return &Error{
			Status: http.StatusOK, Method: r.method, Resource: r.resource, Sent: true,
			Cause: fmt.Errorf("%w: %s", errShape, cause),
		}
	}
	for !*p.Done {
		next, ok := nextPath(p.NextRecordsURL)
		switch {
		case !ok:
			return nil, wrong("the next page of a query is not at the org's instance")
		case next == r.path:
			return nil, wrong("a page that is followed by itself")
		}
		r.path = next
		var err error
		if p, err = c.page(ctx, r); err != nil {
			return nil, err
		}
		if len(p.Records) == 0 && !*p.Done {
			return nil, wrong("a page without records that is not the last")
		}
		records = append(records, p.Records...)
	}
	return records, nil
}

// nextPath checks the URL of a next page, such as
// /services/data/v53.0/query/01gB000003OCxSPIA1-2000. It is a path on the
// instance; one that names a host is not followed, since the token would go
// there.
func nextPath(text string) (escaped string, ok bool) {
	u, err := url.Parse(text)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		!strings.HasPrefix(u.Path, "/services/data/") || path.Clean(u.Path) != u.Path {
		return "", false
	}
	return u.EscapedPath(), true
}

// objectOf is the object in a statement's own FROM, "" when there is none to
// be seen: for the label of a call, so nothing depends on it.
func objectOf(statement string) string {
	depth, quoted, word, wanted := 0, false, -1, false
	for i := 0; i <= len(statement); i++ {
		var b byte = ' '
		if i < len(statement) {
			b = statement[i]
		}
		if quoted {
			switch b {
			case '\\':
				i++
			case '\'':
				quoted = false
			}
			continue
		}
		if b == '_' || isAlphanumeric(b) {
			if word < 0 {
				word = i
			}
			continue
		}
		if word >= 0 && depth == 0 {
			switch text := statement[word:i]; {
			case wanted:
				return text
			case strings.EqualFold(text, "FROM"):
				wanted = true
			}
		}
		word = -1
		switch b {
		case '(':
			depth++
		case ')':
			depth--
		case '\'':
			quoted = true
		}
	}
	return ""
}
