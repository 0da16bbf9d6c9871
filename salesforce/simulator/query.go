package simulator

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"scimforce/salesforce/simulator/query"
)

// queryTime is how long a query may run.
const queryTime = 2 * time.Minute // unverified: how long a query may run before QUERY_TIMEOUT

// smallPage is the least number of rows that Sforce-Query-Options may ask for.
const smallPage = 200

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
	ctx, cancel := context.WithTimeout(q.ctx, queryTime)
	defer cancel()
	t := turn{q: q, batch: pageSize(q.header.Get("Sforce-Query-Options"))}
	first := query.Query{
		Text: statement, Deleted: strings.HasPrefix(strings.TrimLeft(q.path, "/"), "queryAll"),
		Version: q.version, Batch: t.batch, Keep: t.keep, Room: s.room(),
	}
	return t.answer(first.Answer(ctx, q.org, q.actor))
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
	ctx, cancel := context.WithTimeout(q.ctx, queryTime)
	defer cancel()
	t := turn{q: q, batch: c.batch, rest: c.rest, locator: locator}
	if option := q.header.Get("Sforce-Query-Options"); option != "" {
		t.batch = pageSize(option)
	}
	next := query.Query{Version: q.version, Batch: t.batch, Keep: t.keep, Room: s.room()}
	return t.answer(next.Continue(ctx, q.org, q.actor, c.rest, delivered))
}

// turn is the reading of one page, which may open cursors.
type turn struct {
	q        *request
	batch    int
	rest     *query.Rest // what the page is of, nil for a first one that is all
	locator  string      // its own, "" while there is none
	children []string    // those of its subqueries
}

// keep gives the nextRecordsUrl of a result that goes on after the page: under
// its own locator if it has one.
func (t *turn) keep(rest *query.Rest, delivered int) string {
	locator := t.locator
	if rest != t.rest {
		locator = t.q.site.cursors.add(cursor{rest: rest, batch: t.batch, owner: t.q.actor.UserID})
		if rest.Child() {
			t.children = append(t.children, locator)
		} else {
			t.rest, t.locator = rest, locator
		}
	}
	return "/services/data/v" + t.q.version + "/query/" + locator + "-" + strconv.Itoa(delivered)
}

// answer is what query.Query answered.
func (t *turn) answer(body []byte, err error) answer {
	if err != nil {
		return queryError(err)
	}
	t.q.site.cursors.turn(t.locator, t.children)
	return ok(page(body))
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
