package simulator

import (
	"net/http"
	"strings"
	"time"

	"scimforce/salesforce/simulator/org"
)

// Bounds of what updated and deleted answer.
const (
	historyDays = 30 // how far back it may be asked for
	maxHistory  = 600_000
	deletedFor  = 15 * 24 * time.Hour // how long deleted records are remembered for certain
)

// updated answers GET /sobjects/{object}/updated?start=...&end=...: the ids of
// the records that were made or changed in that time.
func (s *Simulator) updated(q *request) answer {
	start, end, bad := s.period(q)
	if bad != nil {
		return *bad
	}
	var ids []string
	_ = q.org.ViewAs(q.actor, func(v *org.View) error { // fn never fails
		ids = v.Updated(q.object, start, end)
		return nil
	})
	if len(ids) > maxHistory {
		return tooMuchHistory()
	}
	return ok(object{{"ids", ids}, {"latestDateCovered", end}})
}

// deleted answers GET /sobjects/{object}/deleted?start=...&end=...
func (s *Simulator) deleted(q *request) answer {
	start, end, bad := s.period(q)
	if bad != nil {
		return *bad
	}
	var gone []org.Deletion
	_ = q.org.ViewAs(q.actor, func(v *org.View) error { // fn never fails
		gone = v.Deleted(q.object, start, end)
		return nil
	})
	if len(gone) > maxHistory {
		return tooMuchHistory()
	}
	records := make([]object, len(gone))
	for i, d := range gone {
		records[i] = object{{"id", d.ID}, {"deletedDate", d.At}}
	}
	earliest := q.site.now().Add(-deletedFor).Truncate(time.Minute)
	if began := *q.site.began.Load(); began.After(earliest) {
		earliest = began.Truncate(time.Minute)
	}
	return ok(object{{"deletedRecords", records}, {"earliestDateAvailable", earliest}, {"latestDateCovered", end}})
}

// period reads start and end, whose seconds a real org passes over. The words
// about a start before the org was there are known from clients.
// unverified: the words about a start and end of updated and deleted that cannot be, but for one before the org was there
func (s *Simulator) period(q *request) (start, end time.Time, bad *answer) {
	fail := func(code, message string) (time.Time, time.Time, *answer) {
		a := messageFirst(http.StatusBadRequest, code, message)
		return start, end, &a
	}
	for _, parameter := range []struct {
		name string
		into *time.Time
	}{{"start", &start}, {"end", &end}} {
		value := q.query.Get(parameter.name)
		if value == "" {
			return fail("MISSING_ARGUMENT", "The "+parameter.name+" parameter is required")
		}
		t, ok := parseMoment(value)
		if !ok {
			return fail("ILLEGAL_QUERY_PARAMETER_VALUE", "Invalid value for "+parameter.name+" parameter: "+value)
		}
		*parameter.into = t.UTC().Truncate(time.Minute)
	}
	now := q.site.now()
	switch {
	case !q.object.Replicateable:
		return fail("INVALID_TYPE", "entity '"+q.object.Name+"' is not replicable")
	case end.Sub(start) < time.Minute:
		return fail("INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate")
	case start.Before(q.site.born().Truncate(time.Minute)):
		return fail("INVALID_REPLICATION_DATE", "startDate before org replication enabled date")
	case start.Before(now.AddDate(0, 0, -historyDays)):
		return fail("INVALID_REPLICATION_DATE", "startDate cannot be more than 30 days ago")
	}
	return start, end, nil
}

// born is when the org was made.
func (o *site) born() (at time.Time) {
	row, _ := o.org.Find("Organization", o.org.ID())
	at, _ = row["CreatedDate"].(time.Time)
	return at
}

// parseMoment reads the ISO 8601 dates of a URL, in which an unescaped "+" has
// become a blank.
func parseMoment(s string) (time.Time, bool) {
	s = strings.ReplaceAll(s, " ", "+")
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999-0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func tooMuchHistory() answer {
	// unverified: the words of EXCEEDED_ID_LIMIT for more than 600,000 changes.
	return messageFirst(http.StatusBadRequest, "EXCEEDED_ID_LIMIT", "The number of ids exceeds the limit of 600000")
}
