package directory

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// recent remembers a bounded number of values by key, each with the time it
// was put; the one put longest ago makes room. It is safe for concurrent use.
type recent[V any] struct {
	mu    sync.Mutex
	max   int
	now   func() time.Time
	order *list.List // of *kept[V], newest first
	byKey map[string]*list.Element
}

type kept[V any] struct {
	key   string
	value V
	at    time.Time
}

func newRecent[V any](max int, now func() time.Time) *recent[V] {
	return &recent[V]{max: max, now: now, order: list.New(), byKey: map[string]*list.Element{}}
}

func (r *recent[V]) put(key string, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.byKey[key]; ok {
		r.order.Remove(e)
	}
	r.byKey[key] = r.order.PushFront(&kept[V]{key, value, r.now()})
	if r.order.Len() > r.max {
		last := r.order.Back()
		delete(r.byKey, last.Value.(*kept[V]).key)
		r.order.Remove(last)
	}
}

// get returns the value of key if it was put no longer than age ago.
func (r *recent[V]) get(key string, age time.Duration) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.byKey[key]
	if !ok {
		return value, false
	}
	k := e.Value.(*kept[V])
	if r.now().Sub(k.at) > age {
		return value, false
	}
	return k.value, true
}

func (r *recent[V]) drop(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.byKey[key]; ok {
		r.order.Remove(e)
		delete(r.byKey, key)
	}
}

// locks serialises work by key: a change reads, compares and writes, and two
// of them on one user would undo each other. Only this process is guarded; see
// reserve for replicas.
type locks struct {
	mu   sync.Mutex
	held map[string]*keyLock
}

type keyLock struct {
	turn    chan struct{} // holds one token when free
	waiters int
}

func newLocks() *locks { return &locks{held: map[string]*keyLock{}} }

// lock waits for the key and returns how to give it back; it fails when ctx
// ends first.
func (l *locks) lock(ctx context.Context, key string) (unlock func(), err error) {
	l.mu.Lock()
	k, ok := l.held[key]
	if !ok {
		k = &keyLock{turn: make(chan struct{}, 1)}
		k.turn <- struct{}{}
		l.held[key] = k
	}
	k.waiters++
	l.mu.Unlock()

	leave := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if k.waiters--; k.waiters == 0 {
			delete(l.held, key)
		}
	}
	select {
	case <-k.turn:
		return func() { k.turn <- struct{}{}; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
