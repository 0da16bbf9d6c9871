package simulator

import (
	"cmp"
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

// callCounter counts API calls by method and resource.
type callCounter struct {
	mu    sync.Mutex
	calls map[[2]string]int // {method, resource}
}

func newCallCounter() *callCounter {
	return &callCounter{calls: map[[2]string]int{}}
}

// maxCounted bounds how many different calls are told apart: a client may make
// up methods without end.
const maxCounted = 2000

func (c *callCounter) add(method, resource string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := [2]string{method, resource}
	if len(c.calls) >= maxCounted && c.calls[key] == 0 {
		key = [2]string{"(other)", "(unknown)"}
	}
	c.calls[key]++
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
