package simulator

import (
	"net/http"
	"sync"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/weather"
)

// faultQueue holds the faults still to come, in the order they were asked for.
type faultQueue struct {
	mu     sync.Mutex
	faults []Fault
}

func (q *faultQueue) add(faults []Fault) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, f := range faults {
		f.Times = max(f.Times, 1)
		q.faults = append(q.faults, f)
	}
}

// take returns the first fault that fits the call and uses it up.
func (q *faultQueue) take(method, resource string) (Fault, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.faults {
		f := &q.faults[i]
		if f.Method != "" && f.Method != method || f.Resource != "" && f.Resource != resource {
			continue
		}
		taken := *f
		if f.Times--; f.Times == 0 {
			q.faults = append(q.faults[:i], q.faults[i+1:]...)
		}
		return taken, true
	}
	return Fault{}, false
}

func (q *faultQueue) list() []Fault {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]Fault{}, q.faults...)
}

func (q *faultQueue) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.faults = nil
}

// replacesAnswer says whether the fault does more than delay.
func (f Fault) replacesAnswer() bool {
	return f.Status != 0 || f.Drop || f.Reset || f.Truncate || f.Dribble > 0
}

// nextFault is what goes wrong with the call: a fault that was asked for, else
// what the weather brings. Refused locks are no fault of the answer: they meet
// the writes inside the call, and each resource says so in its own way.
func (s *Simulator) nextFault(r *http.Request, q *request) (Fault, bool) {
	if f, ok := s.faults.take(q.method, q.resource); ok {
		q.fault = "fault"
		return f, true
	}
	kind, hit := s.sky.Over(weather.Call{Method: q.method, Resource: q.resource})
	if !hit {
		return Fault{}, false
	}
	q.fault = string(kind)
	switch kind {
	case weather.ExpiredSession:
		s.auth.ExpireSession(bearer(r))
	case weather.RowLock:
		id := org.FullID(q.params["id"])
		if !idShaped(id) {
			id = q.site.org.AdminID() // somebody's
		}
		q.locks = org.Errors{{
			Status: http.StatusBadRequest, Code: "UNABLE_TO_LOCK_ROW", Fields: []string{},
			Message: "unable to obtain exclusive access to this record or 1 records: " + id,
		}}
		return Fault{}, false
	case weather.GroupMembership:
		q.locks = org.Errors{{
			Status: http.StatusBadRequest, Code: "UNKNOWN_EXCEPTION", Fields: []string{},
			Message: "group membership operation already in progress",
		}}
		return Fault{}, false
	}
	return faultOf(kind)
}

// faultOf is how a kind of weather looks on the wire.
func faultOf(kind weather.Kind) (Fault, bool) {
	switch kind {
	case weather.ExpiredSession:
		return SessionExpired(), true
	case weather.Unavailable:
		return ServerUnavailable(), true
	case weather.Maintenance:
		return Maintenance(), true
	case weather.ServerError:
		a := unknownException(1)
		body, _ := appendJSON(nil, a.body) // objects and strings do not fail
		return Fault{Status: a.status, Body: string(body)}, true
	case weather.ResetBefore:
		return Fault{Reset: true}, true
	case weather.ResetAfter:
		return Fault{Reset: true, After: true}, true
	case weather.SlowBody:
		return Fault{Dribble: slowPause, After: true}, true
	case weather.RequestLimit:
		return LimitExceeded(), true
	case weather.QueryTimeout:
		return Fault{Status: http.StatusBadRequest, Body: `[{"message":"Your query request was running for too long.","errorCode":"QUERY_TIMEOUT"}]`}, true
	case weather.ExpiredPassword:
		// unverified: the status 403 of an expired password.
		return Fault{
			Status: http.StatusForbidden,
			Body:   `[{"message":"The users password has expired, you must call SetPassword before attempting any other API operations","errorCode":"INVALID_OPERATION_WITH_EXPIRED_PASSWORD"}]`,
		}, true
	}
	return Fault{}, false
}
