package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
)

// CallCount is how often one API resource was called.
type CallCount struct {
	Method string `json:"method"`
	// Resource is a template below /services/data/vXX.X: "/query",
	// "/sobjects/User/{id}", "/composite/sobjects".
	Resource string `json:"resource"`
	Count    int    `json:"count"`
}

// callCounter counts API calls twice: for the calls page (reset at will) and
// for the daily usage of the limit header (never reset by it).
type callCounter struct {
	mu    sync.Mutex
	calls map[[2]string]int // {method, resource}
	usage int
}

func newCallCounter() *callCounter {
	return &callCounter{calls: map[[2]string]int{}}
}

func (c *callCounter) add(method, resource string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[[2]string{method, resource}]++
}

// use adds one to the day's usage and returns it. Only calls that passed
// authentication use up the allocation.
func (c *callCounter) use() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.usage++
	return c.usage
}

func (c *callCounter) used() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.usage
}

func (c *callCounter) setUsage(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.usage = n
}

func (c *callCounter) list() []CallCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]CallCount, 0, len(c.calls))
	for key, count := range c.calls {
		list = append(list, CallCount{Method: key[0], Resource: key[1], Count: count})
	}
	slices.SortFunc(list, func(a, b CallCount) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Method, b.Method))
	})
	return list
}

func (c *callCounter) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.calls)
}

// serveCalls answers GET /_simulator/calls.
func (s *Simulator) serveCalls(w http.ResponseWriter, _ *http.Request) {
	calls := s.sites[0].calls.list()
	total := 0
	for _, c := range calls {
		total += c.Count
	}
	writePlainJSON(w, http.StatusOK, struct {
		Total int         `json:"total"`
		Calls []CallCount `json:"calls"`
	}{total, calls})
}

// serveResetCalls answers DELETE /_simulator/calls.
func (s *Simulator) serveResetCalls(w http.ResponseWriter, _ *http.Request) {
	s.sites[0].calls.reset()
	w.WriteHeader(http.StatusNoContent)
}
