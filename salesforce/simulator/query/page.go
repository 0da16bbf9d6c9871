package query

import (
	"context"
	"slices"
	"strconv"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/wire"
)

// pager shares the rows of a page out among the statement's own records and
// those of its subqueries, in the order in which they are written.
//
// unverified: how the rows of a page are shared out among parents and children
type pager struct {
	left int // rows that the page has room for
	keep func(rest *Rest, delivered int) string
}

// Rest is a result that goes on after its first page. It holds which records it
// is about, as of the moment of the query; a later page shows them as they are
// then, without those that are gone.
//
// unverified: a later page of a query shows records as they are then
type Rest struct {
	st      *statement
	src     source
	place   []int // of the subquery, in the SELECT lists from the outermost on
	deleted bool
	ids     []byte // of all rows, 15 characters each
}

// idLength is that of an id without its checksum.
const idLength = 15

// Len is the number of rows from the very first on.
func (r *Rest) Len() int { return len(r.ids) / idLength }

// Child reports whether it is the result of a subquery.
func (r *Rest) Child() bool { return len(r.place) > 0 }

func newRest(p *plan, found []org.Record) *Rest {
	r := &Rest{st: p.root, src: p.src, place: p.place, deleted: p.deleted, ids: make([]byte, 0, idLength*len(found))}
	for _, one := range found {
		r.ids = append(r.ids, one.ID()[:idLength]...)
	}
	return r
}

// stretch is the part of a result that a page may show.
type stretch struct {
	records []org.Record
	rest    *Rest // nil: records are all rows
	after   []int // with rest: how many rows are delivered with each record
	end     int   // and with all of them
}

func (s *stretch) total() int {
	if s.rest != nil {
		return s.rest.Len()
	}
	return len(s.records)
}

// delivered is the number of rows that are, counted from the very first, when
// so many records of the stretch are written.
func (s *stretch) delivered(n int) int {
	switch {
	case s.rest == nil:
		return n
	case n == len(s.records):
		return s.end
	case n == 0:
		return s.after[0] - 1
	}
	return s.after[n-1]
}

// stretch finds the records of a page again.
func (r *Rest) stretch(p *plan, delivered, most int) stretch {
	s := stretch{rest: r, end: min(delivered+most, r.Len())}
	for at := delivered; at < s.end; at++ {
		id, _ := org.ID18(string(r.ids[at*idLength : (at+1)*idLength]))
		if one, ok := p.again(id); ok {
			s.records = append(s.records, one)
			s.after = append(s.after, at+1)
		}
	}
	return s
}

// again finds a record of a result.
func (p *plan) again(id string) (org.Record, bool) {
	if p.withDeleted() {
		for r := range p.view.ScanAll(p.obj, org.Bound{ID: id, Inclusive: true}) {
			return r, r.ID() == id
		}
	}
	return p.view.Get(p.obj, id)
}

// Continue gives the page of a result that comes after so many rows. Text and
// Deleted of q do not matter.
func (q Query) Continue(ctx context.Context, o *org.Org, a org.Actor, rest *Rest, delivered int) ([]byte, error) {
	var out []byte
	err := look(o, rest.st, rest.src, rest.deleted, &user{Actor: a, ctx: ctx}, func(p *plan) *Error {
		for _, item := range rest.place {
			at := slices.IndexFunc(p.columns.columns, func(c *column) bool { return c.child != nil && c.item == item })
			p = p.columns.columns[at].child
		}
		w := newWriter(p, q.Version, q.pager())
		out = w.result(q.Room[:0], p, rest.stretch(p, delivered, w.left))
		return nil
	})
	return out, err
}

// answer writes the first page of a statement.
func (w *writer) answer(dst []byte, p *plan, f found) []byte {
	if p.columns != nil {
		return w.result(dst, p, stretch{records: f.records})
	}
	dst = w.envelope(dst, f.total, "")
	for i, g := range f.groups { // none of SELECT COUNT()
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = p.groups.append(dst, g)
	}
	return append(dst, "]}"...)
}

// children writes the result of a subquery: null where it finds nothing, as
// several clients report.
func (w *writer) children(dst []byte, c *column, r org.Record) []byte {
	found := c.child.childrenOf(c.field, r.ID())
	if len(found) == 0 {
		return append(dst, "null"...)
	}
	return w.result(dst, c.child, stretch{records: found})
}

// result writes a stretch of a result as far as the page has room.
func (w *writer) result(dst []byte, p *plan, s stretch) []byte {
	if !p.columns.children { // it is known what fits
		n := min(len(s.records), w.left)
		dst = w.head(dst, p, &s, n)
		dst, _ = w.rows(dst, p.columns, s.records[:n])
		return append(dst, "]}"...)
	}
	start := len(dst)
	dst, n := w.rows(dst, p.columns, s.records)
	dst = slices.Insert(dst, start, w.head(nil, p, &s, n)...)
	return append(dst, "]}"...)
}

// head writes what stands before the first n records of a stretch.
func (w *writer) head(dst []byte, p *plan, s *stretch, n int) []byte {
	delivered, total := s.delivered(n), s.total()
	if delivered >= total || w.keep == nil {
		return w.envelope(dst, total, "")
	}
	if s.rest == nil {
		s.rest = newRest(p, s.records)
	}
	return w.envelope(dst, total, w.keep(s.rest, delivered))
}

// rows writes records as far as the page has room, and says how many.
func (w *writer) rows(dst []byte, p *projection, records []org.Record) ([]byte, int) {
	for i, r := range records {
		if w.left <= 0 || p.children && w.user.stopped() {
			return dst, i
		}
		w.left--
		if i > 0 {
			dst = append(dst, ',')
		}
		before := len(dst)
		dst = w.record(dst, p, r)
		if i == 0 && len(records) > 1 { // the others will be about as long
			dst = slices.Grow(dst, (len(dst)-before+16)*min(len(records), w.left+1)*9/8)
		}
	}
	return dst, len(records)
}

// envelope writes the beginning of a result, which is done without a next page.
func (w *writer) envelope(dst []byte, total int, next string) []byte {
	dst = strconv.AppendInt(append(dst, `{"totalSize":`...), int64(total), 10)
	dst = strconv.AppendBool(append(dst, `,"done":`...), next == "")
	if next != "" {
		dst = wire.AppendString(append(dst, `,"nextRecordsUrl":`...), next)
	}
	return append(dst, `,"records":[`...)
}
