package scim

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"scimforce/scim/directory"
	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// listOf answers GET on the endpoint of a type, or on the root, which is that
// of all types (RFC 7644 3.4.2.1).
func (s *server) listOf(kinds ...kind) verb {
	return func(_ http.ResponseWriter, r *http.Request, c *call) (answer, error) {
		parameters, err := readParameters(r.URL.RawQuery)
		if err != nil {
			return answer{}, err
		}
		return s.list(r.Context(), c, parameters, kinds)
	}
}

// part is what a list asks of one type.
type part struct {
	kind  kind
	typ   resource.Type
	shown projection
	query directory.Query
	// never: no resource of this type can satisfy the filter.
	never bool
}

// list answers a list request, however its parameters came.
func (s *server) list(ctx context.Context, c *call, p parameters, kinds []kind) (answer, error) {
	asked, err := readList(p)
	if err != nil {
		return answer{}, err
	}
	parts := make([]part, len(kinds))
	for i, k := range kinds {
		parts[i].kind = k
		if parts[i].typ, err = k.typ(ctx); err != nil {
			return answer{}, err
		}
		parts[i].shown = readProjection(p, parts[i].typ)
		parts[i].shown.sparing = true
	}
	if err := asked.apply(parts); err != nil {
		return answer{}, err
	}
	if asked.byCursor {
		return s.pageByCursor(ctx, c, asked, parts)
	}
	return pageByIndex(ctx, c, asked, parts)
}

// apply gives each part its filter and its order. With one type an attribute
// that it does not have is a mistake; with several it has no value in those
// that lack it (RFC 7644 3.4.2.1), and those are in no particular order.
func (l list) apply(parts []part) error {
	sortable := false
	var unsortable error
	for i := range parts {
		p := &parts[i]
		if l.filter != nil && len(parts) == 1 {
			if err := filter.Check(l.filter, p.typ); err != nil {
				return err
			}
		}
		p.query.Filter, p.never = filterFor(l.filter, p.typ)
		order, err := l.sortFor(p.typ)
		if err != nil {
			unsortable = err
			continue
		}
		sortable, p.query.Sort = true, order
	}
	if !sortable {
		return unsortable
	}
	return nil
}

// read asks for a part of the list; a count of 0 asks for the total alone.
func (p part) read(ctx context.Context, c *call, start int, after *directory.Position, count int) (directory.Page, []map[string]any, error) {
	if p.never {
		return directory.Page{StartIndex: start}, nil, nil
	}
	q := p.query
	q.StartIndex, q.After, q.Count = start, after, count
	if count > 0 {
		q.Want = p.kind.want(p.shown)
	}
	page, err := p.kind.list(ctx, q)
	if err != nil {
		return directory.Page{}, nil, err
	}
	shown := make([]map[string]any, len(page.Resources))
	for i, found := range page.Resources {
		shown[i] = p.shown.apply(locate(found, p.typ.Endpoint, c.base))
	}
	return page, shown, nil
}

// pageByIndex cuts the page that begins at startIndex.
func pageByIndex(ctx context.Context, c *call, asked list, parts []part) (answer, error) {
	total, start, left := 0, asked.startIndex, asked.count
	var resources []map[string]any
	for _, p := range parts {
		page, shown, err := p.read(ctx, c, start, nil, left)
		if err != nil {
			return answer{}, err
		}
		resources = append(resources, shown...)
		total += page.Total
		// A page may hold fewer than its positions, where somebody was deleted.
		left -= max(len(shown), min(left, max(0, page.Total-start+1)))
		start = max(1, start-page.Total)
	}
	return answer{status: http.StatusOK, body: newList(total, asked.startIndex, resources)}, nil
}

// pageByCursor cuts the page behind a cursor (RFC 9865 section 2).
func (s *server) pageByCursor(ctx context.Context, c *call, asked list, parts []part) (answer, error) {
	request := asked.boundTo(c, parts)
	from := place{}
	if asked.cursor != "" {
		var err error
		if from, err = s.cursors.open(asked.cursor, request); err != nil {
			return answer{}, err
		}
	}
	total, left := 0, asked.count
	var resources []map[string]any
	var next *place
	for i, p := range parts {
		count, at := left, directory.Position{}
		if i < from.typ || next != nil {
			count = 0 // only how many there are
		} else if i == from.typ {
			at = from.at
		}
		page, shown, err := p.read(ctx, c, 1, &at, count)
		if err != nil {
			return answer{}, err
		}
		total += page.Total
		resources = append(resources, shown...)
		left -= len(shown)
		switch {
		case i < from.typ || next != nil:
		case page.Next != nil:
			next = &place{typ: i, at: *page.Next}
		case left <= 0 && asked.count > 0 && i+1 < len(parts):
			next = &place{typ: i + 1}
		}
	}
	found := newList(total, 0, resources)
	if next != nil {
		found.NextCursor = s.cursors.seal(*next, request)
	}
	return answer{status: http.StatusOK, body: found}, nil
}

// boundTo is all of a request that its cursors are good for: who asks, for what,
// in which order. Only count and the attributes may change from page to page.
func (l list) boundTo(c *call, parts []part) string {
	var types []string
	for _, p := range parts {
		types = append(types, p.typ.Name)
	}
	text := ""
	if l.filter != nil {
		text = l.filter.String()
	}
	return fmt.Sprintf("%q %q %q %q %q %t", c.caller.Connection, c.caller.Credential, types, text, strings.ToLower(l.sortBy), l.descending)
}
