package simulator

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
)

// queryTime is how long a query may run.
const queryTime = 2 * time.Minute // unverified: how long a query may run before QUERY_TIMEOUT

// smallPage is the least number of rows that Sforce-Query-Options may ask for.
const smallPage = 200

// Cursors live two days; a real org bounds their number no more, a process in
// memory does, and the rows they hold together, of 15 bytes each: the oldest go
// first.
const (
	cursorLife    = 48 * time.Hour
	maxCursors    = 1000
	maxCursorRows = 4_000_000
)

// runQuery answers GET /query?q=... and GET /queryAll?q=...
func (s *Simulator) runQuery(q *request) answer {
	statement := q.query.Get("q")
	if q.query.Has("explain") {
		// unverified: code and words for explain, which asks for a plan that a simulator does not have
		return messageFirst(http.StatusBadRequest, "INVALID_QUERY_FILTER_OPERATOR", "explain is not supported by this org")
	}
	if strings.TrimSpace(statement) == "" {
		// unverified: the words for a query without q
		return messageFirst(http.StatusBadRequest, "MALFORMED_QUERY", "SOQL statements cannot be empty or null")
	}
	first := query.Query{
		Room: s.room(), Text: statement, Version: q.version, Batch: pageSize(q.header.Get("Sforce-Query-Options")),
		Deleted: strings.HasPrefix(strings.TrimLeft(q.path, "/"), "queryAll"),
	}
	opened := q.keepCursors(&first, "", nil)
	ctx, cancel := context.WithTimeout(q.ctx, queryTime)
	defer cancel()
	body, err := first.Answer(ctx, q.org, q.actor)
	return opened(body, err)
}

// queryMore answers GET /query/{locator}: the page that starts after the rows
// that the number behind the dash says were delivered.
func (s *Simulator) queryMore(q *request) answer {
	locator, number, _ := strings.Cut(q.params["locator"], "-")
	delivered, err := strconv.Atoi(number)
	c, found := q.site.cursors.find(locator)
	if err != nil || !found || c.owner != q.actor.UserID || delivered < 0 || delivered > c.rest.Len() {
		// unverified: the words for a query locator that is none
		return messageFirst(http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
	}
	next := query.Query{Room: s.room(), Version: q.version, Batch: c.batch}
	if option := q.header.Get("Sforce-Query-Options"); option != "" {
		next.Batch = pageSize(option)
	}
	opened := q.keepCursors(&next, locator, c.rest)
	ctx, cancel := context.WithTimeout(q.ctx, queryTime)
	defer cancel()
	body, err := next.Continue(ctx, q.org, q.actor, c.rest, delivered)
	return opened(body, err)
}

// page is the JSON of a page of records, in a buffer that is used again when it
// is sent: one of full users has 12 MB.
type page []byte

// mostRoom is the size in bytes beyond which a buffer is not kept.
const mostRoom = 64 << 20

// room is a buffer to write a page into.
func (s *Simulator) room() []byte {
	if b, ok := s.pages.Get().(*page); ok {
		return *b
	}
	return nil
}

// reuse takes the buffer of a page back once nobody looks at it any more.
func (s *Simulator) reuse(body any) {
	if b, ok := body.(page); ok && cap(b) <= mostRoom {
		s.pages.Put(&b)
	}
}

// keepCursors makes the query keep the results that go on after its page. The
// rest of locator goes on under that locator, any other gets one of its own. The
// function it gives makes the answer.
func (q *request) keepCursors(of *query.Query, locator string, rest *query.Rest) func(body []byte, err error) answer {
	var own string        // the locator of the statement's own result
	var children []string // those of its subqueries on this page
	of.Keep = func(r *query.Rest, delivered int) string {
		at := locator
		if r != rest || locator == "" {
			at = q.site.cursors.add(cursor{rest: r, batch: of.Batch, owner: q.actor.UserID})
		}
		if r.Child() {
			children = append(children, at)
		} else {
			own = at
		}
		return "/services/data/v" + q.version + "/query/" + at + "-" + strconv.Itoa(delivered)
	}
	return func(body []byte, err error) answer {
		if err != nil {
			return queryError(err)
		}
		if locator != "" {
			own = locator
		}
		q.site.cursors.turn(own, children)
		return ok(page(body))
	}
}

// pageSize reads "batchSize=500" out of Sforce-Query-Options, held between 200
// and 2000.
func pageSize(options string) int {
	for option := range strings.SplitSeq(options, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(option), "=")
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && strings.EqualFold(strings.TrimSpace(name), "batchSize") {
			return min(max(n, smallPage), query.MaxBatch)
		}
	}
	return query.MaxBatch
}

// queryError is the answer to a refused statement.
func queryError(err error) answer {
	var refused *query.Error
	if errors.As(err, &refused) {
		return messageFirst(refused.Status, refused.Code, refused.Message)
	}
	return codeFirst(http.StatusInternalServerError, "INTERNAL_ERROR", "Unexpected Error")
}

// cursor is a query result of which a client has not seen all.
type cursor struct {
	rest     *query.Rest
	batch    int
	owner    string   // user id: a locator is of use to nobody else
	children []string // locators of the subqueries on the page that was read last
	created  time.Time
}

// cursorStore keeps the results behind query locators.
type cursorStore struct {
	now func() time.Time

	mu      sync.Mutex
	cursors map[string]cursor
	order   []string // oldest first
	rows    int      // of all cursors
}

func newCursorStore(now func() time.Time) *cursorStore {
	return &cursorStore{now: now, cursors: map[string]cursor{}}
}

// add keeps c and returns its locator: 18 characters that begin with 0r8.
func (s *cursorStore) add(c cursor) string {
	locator, _ := org.ID18("0r8" + rand.Text()[:12])
	c.created = s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cursors[locator] = c
	s.order = append(s.order, locator)
	s.rows += c.rest.Len()
	for len(s.order) > 1 && (len(s.order) > maxCursors || s.rows > maxCursorRows || s.gone(s.order[0])) {
		s.drop(s.order[0])
		s.order = s.order[1:]
	}
	return locator
}

// gone says whether the cursor is no more, or too old.
func (s *cursorStore) gone(locator string) bool {
	c, ok := s.cursors[locator]
	return !ok || !s.now().Before(c.created.Add(cursorLife))
}

func (s *cursorStore) drop(locator string) {
	if c, ok := s.cursors[locator]; ok {
		s.rows -= c.rest.Len()
		delete(s.cursors, locator)
	}
}

// forget drops all cursors.
func (s *cursorStore) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.cursors)
	s.order, s.rows = nil, 0
}

// turn notes that a page of the result was read which opened cursors for its
// subqueries: those of the page before are no more, as documented.
func (s *cursorStore) turn(locator string, children []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.cursors[locator]
	if !ok {
		return
	}
	for _, child := range c.children {
		s.drop(child)
	}
	c.children = children
	s.cursors[locator] = c
}

func (s *cursorStore) find(locator string) (cursor, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursors[locator], !s.gone(locator)
}
