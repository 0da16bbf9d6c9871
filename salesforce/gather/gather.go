// Package gather lets many callers travel in few calls, as group commit does
// in databases. A lone request goes out at once and waits for nobody. While a
// call is in flight the requests behind it gather, each key once, and leave
// together when it is back; or when the next one asks, if it has been away for
// longer than anybody's patience: one call that hangs must not hold up all.
//
// A Gatherer is for reads, Writes is for writes. They know nothing of what they
// carry; there are no timers in them.
package gather

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// maxFlights bounds the calls in flight at once, for times in which they hang.
const maxFlights = 4

// A Config says what a Gatherer fetches.
type Config[K comparable, V any] struct {
	// Max is the number of keys that one call may ask for. Default 200.
	Max int

	// Patience is how long a call may be away before the next request goes out
	// beside it, taking along whoever waits. Default 2 s.
	Patience time.Duration

	// Fetch asks for keys, which are distinct and in the order in which they
	// were first asked for. What it leaves out of the map was not found; an
	// error is that of every caller. Its context has the values of the first
	// caller's and ends when no caller is left.
	Fetch func(ctx context.Context, keys []K) (map[K]V, error)
}

// A Gatherer makes the calls. Make it with New; it is safe for use by many
// goroutines, needs no closing and has none of its own while nobody asks.
type Gatherer[K comparable, V any] struct {
	max      int
	weigh    func(key K) int // nil: every key weighs 1
	fetch    func(ctx context.Context, keys []K) (map[K]V, error)
	patience time.Duration

	mu       sync.Mutex
	flights  int              // calls in flight, at most maxFlights
	departed time.Time        // when the last call left
	last     *flight          // that call, until it is back and stays
	waiting  []*request[K, V] // in order of arrival, keys distinct
	byKey    map[K]*request[K, V]
}

// A request is one key asked for, by one or more callers.
type request[K comparable, V any] struct {
	key     K
	ctx     context.Context // of the first caller
	callers int             // those who still wait; guarded by Gatherer.mu
	flight  *flight         // nil while it waits; guarded by Gatherer.mu

	done  chan struct{} // closed when what follows is set
	value V
	found bool
	err   error
}

// A flight is one call under way.
type flight struct {
	callers int // those who still wait for it; guarded by Gatherer.mu
	lone    bool
	cancel  context.CancelFunc
}

// New returns a Gatherer for config.
func New[K comparable, V any](config Config[K, V]) *Gatherer[K, V] {
	if config.Max <= 0 {
		config.Max = 200
	}
	if config.Patience <= 0 {
		config.Patience = 2 * time.Second
	}
	return &Gatherer[K, V]{max: config.Max, fetch: config.Fetch, patience: config.Patience, byKey: map[K]*request[K, V]{}}
}

// Do fetches one key, together with others that are asked for meanwhile.
// found is false when the fetch does not know the key. The value is always as
// of after the moment of asking: a call that is in flight already is not
// joined, since it may have read before something that the caller did. The
// value is shared with other callers who asked for the same key.
//
// A caller whose context ends gets its error and leaves the others alone.
func (g *Gatherer[K, V]) Do(ctx context.Context, key K) (value V, found bool, err error) {
	if ctx.Err() != nil {
		return value, false, context.Cause(ctx)
	}
	r := g.join(ctx, key)
	select {
	case <-r.done:
		return r.value, r.found, r.err
	case <-ctx.Done():
		g.leave(r)
		return value, false, context.Cause(ctx)
	}
}

// join puts a caller among those who wait, and starts when nothing flies or
// what flies has been away for long.
func (g *Gatherer[K, V]) join(ctx context.Context, key K) *request[K, V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	defer g.depart()
	if r, ok := g.byKey[key]; ok {
		r.callers++
		return r
	}
	r := &request[K, V]{key: key, ctx: ctx, callers: 1, done: make(chan struct{})}
	g.byKey[key] = r
	g.waiting = append(g.waiting, r)
	return r
}

// depart starts a flight unless one is away that will be back soon. g.mu is
// held.
func (g *Gatherer[K, V]) depart() {
	if g.flights == 0 || g.flights < maxFlights && g.overdue() {
		g.flights++
		g.departed = time.Now()
		go g.fly()
	}
}

// overdue says that the last call to leave has been away for long. g.mu is
// held.
func (g *Gatherer[K, V]) overdue() bool { return time.Since(g.departed) >= g.patience }

// leave takes a caller away who does not wait any longer.
func (g *Gatherer[K, V]) leave(r *request[K, V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left(r)
}

// left is leave with g.mu held.
func (g *Gatherer[K, V]) left(r *request[K, V]) {
	r.callers--
	if r.flight == nil {
		return // if nobody is left, board leaves it behind
	}
	if r.flight.callers--; r.flight.callers == 0 {
		r.flight.cancel()
	}
}

// fly makes calls for as long as somebody waits.
func (g *Gatherer[K, V]) fly() {
	var back *flight // the call that came back last
	for {
		ctx, requests := g.board(back)
		if len(requests) == 0 {
			return
		}
		keys := make([]K, len(requests))
		for i, r := range requests {
			keys[i] = r.key
		}
		values, err := g.call(ctx, keys)
		for _, r := range requests {
			r.err = err
			if err == nil {
				r.value, r.found = values[r.key]
			}
			close(r.done)
		}
		g.mu.Lock()
		back = requests[0].flight
		back.cancel()
		g.mu.Unlock()
	}
}

// board takes those who wait, up to Max, into a flight after the one that is
// back. With nobody waiting, or with a later call away that will soon be back
// for them, it marks the end of flying: in quiet times one flies again.
func (g *Gatherer[K, V]) board(back *flight) (context.Context, []*request[K, V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if back != nil && g.last != nil && g.last != back && !g.overdue() {
		g.flights--
		return nil, nil
	}
	var requests []*request[K, V]
	f := &flight{}
	for room := g.max; len(g.waiting) > 0; {
		r := g.waiting[0]
		if r.callers > 0 {
			if room -= g.weight(r.key); room < 0 && len(requests) > 0 {
				break
			}
		}
		g.waiting[0] = nil
		g.waiting = g.waiting[1:]
		delete(g.byKey, r.key)
		if r.callers == 0 {
			continue
		}
		r.flight = f
		f.callers += r.callers
		requests = append(requests, r)
	}
	if len(requests) == 0 {
		g.flights--
		g.waiting = nil
		if g.last == back {
			g.last = nil
		}
		return nil, nil
	}
	f.lone = len(requests) == 1
	g.departed, g.last = time.Now(), f
	// WithoutCancel: the call belongs to all of them, not to the first.
	ctx, cancel := context.WithCancel(context.WithoutCancel(requests[0].ctx))
	f.cancel = cancel
	return ctx, requests
}

func (g *Gatherer[K, V]) weight(key K) int {
	if g.weigh == nil {
		return 1
	}
	return g.weigh(key)
}

// call fetches, and makes an error of a panic: it would end the program here,
// where no server stands above to recover.
func (g *Gatherer[K, V]) call(ctx context.Context, keys []K) (values map[K]V, err error) {
	defer func() {
		if p := recover(); p != nil {
			values, err = nil, fmt.Errorf("gather: fetch panicked: %v", p)
		}
	}()
	return g.fetch(ctx, keys)
}
