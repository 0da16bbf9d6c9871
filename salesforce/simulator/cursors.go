package simulator

import (
	"crypto/rand"
	"sync"
	"time"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
)

// Cursors live two days; a real org bounds their number no more, a process in
// memory does, and the rows they hold together, of 15 bytes each: the oldest go
// first.
const (
	cursorLife    = 48 * time.Hour
	maxCursors    = 1000
	maxCursorRows = 4_000_000
)

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
