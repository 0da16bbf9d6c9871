package simulator

import (
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

// Bounds of a page of query results, in rows.
const (
	defaultPage = 2000
	smallPage   = 200 // the least that Sforce-Query-Options may ask for
)

// Cursors live two days; a real org bounds their number no more, a process in
// memory does, and the rows they hold together: the oldest go first.
const (
	cursorLife    = 48 * time.Hour
	maxCursors    = 1000
	maxCursorRows = 1_000_000
)

// runQuery answers GET /query?q=...
func (s *Simulator) runQuery(q *request) answer {
	statement := q.query.Get("q")
	if strings.TrimSpace(statement) == "" {
		// unverified: the words.
		return messageFirst(http.StatusBadRequest, "MALFORMED_QUERY", "SOQL statements cannot be empty or null")
	}
	result, err := query.Run(q.org, q.actor, statement)
	if err != nil {
		return queryError(err)
	}
	if result.Count {
		return ok(object{{"totalSize", result.Total}, {"done", true}, {"records", []any{}}})
	}
	size := pageSize(q.header.Get("Sforce-Query-Options"))
	if len(result.Rows) <= size {
		return ok(object{{"totalSize", result.Total}, {"done", true}, {"records", queryRecords(q.version, result.Rows)}})
	}
	locator := q.site.cursors.add(cursor{rows: result.Rows, total: result.Total, size: size, owner: q.actor.UserID})
	return ok(page(q.version, locator, result.Rows, result.Total, 0, size))
}

// queryMore answers GET /query/{locator}: the page that starts after the rows
// that the number behind the dash says were delivered.
func (s *Simulator) queryMore(q *request) answer {
	locator, delivered, _ := strings.Cut(q.params["locator"], "-")
	from, err := strconv.Atoi(delivered)
	c, found := q.site.cursors.find(locator)
	if err != nil || !found || c.owner != q.actor.UserID || from < 0 || from > len(c.rows) {
		// unverified: the words.
		return messageFirst(http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
	}
	size := c.size
	if option := q.header.Get("Sforce-Query-Options"); option != "" {
		size = pageSize(option)
	}
	return ok(page(q.version, locator, c.rows, c.total, from, size))
}

// page is one page of a query result that does not fit into one.
func page(version, locator string, rows []query.Record, total, from, size int) object {
	to := min(from+size, len(rows))
	out := object{{"totalSize", total}, {"done", to == len(rows)}}
	if to < len(rows) {
		out = append(out, member{"nextRecordsUrl", "/services/data/v" + version + "/query/" + locator + "-" + strconv.Itoa(to)})
	}
	return append(out, member{"records", queryRecords(version, rows[from:to])})
}

// pageSize reads "batchSize=500" out of Sforce-Query-Options, held between 200
// and 2000.
func pageSize(options string) int {
	for option := range strings.SplitSeq(options, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(option), "=")
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && strings.EqualFold(strings.TrimSpace(name), "batchSize") {
			return min(max(n, smallPage), defaultPage)
		}
	}
	return defaultPage
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
	rows    []query.Record
	total   int
	size    int
	owner   string // user id: a locator is of use to nobody else
	created time.Time
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
	s.rows += len(c.rows)
	for len(s.order) > 1 && (len(s.order) > maxCursors || s.rows > maxCursorRows || s.cursors[s.order[0]].created.Add(cursorLife).Before(s.now())) {
		s.rows -= len(s.cursors[s.order[0]].rows)
		delete(s.cursors, s.order[0])
		s.order = s.order[1:]
	}
	return locator
}

func (s *cursorStore) find(locator string) (cursor, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.cursors[locator]
	return c, ok && s.now().Before(c.created.Add(cursorLife))
}
