package simulator

import "sync"

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

// replacesAnswer says whether the fault does more than delay.
func (f Fault) replacesAnswer() bool { return f.Status != 0 || f.Drop || f.Truncate }
