package authority

import (
	"sync"
	"time"
)

// expiring is a small map whose entries die after a while, the oldest earlier
// when there are too many: nobody can fill the memory by asking for pages.
type expiring[V any] struct {
	now  func() time.Time
	life time.Duration
	most int

	mu      sync.Mutex
	entries map[string]expiringEntry[V]
	order   []string // oldest first
}

type expiringEntry[V any] struct {
	value V
	until time.Time
}

func newExpiring[V any](now func() time.Time, life time.Duration, most int) *expiring[V] {
	return &expiring[V]{now: now, life: life, most: most, entries: map[string]expiringEntry[V]{}}
}

func (e *expiring[V]) put(key string, value V) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, known := e.entries[key]; !known {
		e.order = append(e.order, key)
	}
	e.entries[key] = expiringEntry[V]{value, e.now().Add(e.life)}
	for len(e.order) > e.most || !e.aliveLocked(e.order[0]) {
		delete(e.entries, e.order[0])
		e.order = e.order[1:]
	}
}

func (e *expiring[V]) get(key string) (V, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.entries[key].value, e.aliveLocked(key)
}

// take is get for entries that serve once.
func (e *expiring[V]) take(key string) (V, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	value, alive := e.entries[key].value, e.aliveLocked(key)
	delete(e.entries, key)
	return value, alive
}

func (e *expiring[V]) aliveLocked(key string) bool {
	entry, ok := e.entries[key]
	return ok && e.now().Before(entry.until)
}

func (e *expiring[V]) clear() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.entries)
	e.order = nil
}
