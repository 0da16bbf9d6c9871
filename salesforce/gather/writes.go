package gather

import (
	"context"
	"time"
)

// A WritesConfig says what Writes makes.
type WritesConfig[W, R any] struct {
	// Max is how much one call may carry. Default 200.
	Max int

	// Weigh says how much of that a write takes, at least 1. One that is
	// heavier than Max travels alone. Default 1 each.
	Weigh func(W) int

	// Patience is as in Config.
	Patience time.Duration

	// Send makes writes, in the order in which they were asked for, and returns
	// what became of each. A lone write has the context of its caller; several
	// have one with the values of the first caller's that ends when no caller is
	// left.
	Send func(ctx context.Context, writes []W) []R
}

// Writes gathers writes. No two are taken for the same: each is made for its
// caller only. Make it with NewWrites; it is safe for use by many goroutines.
type Writes[W, R any] struct{ gatherer *Gatherer[*write[W], R] }

// A write is one that is asked for. Its address is its key.
type write[W any] struct {
	what W
	ctx  context.Context
}

// NewWrites returns a Writes for config.
func NewWrites[W, R any](config WritesConfig[W, R]) *Writes[W, R] {
	g := New(Config[*write[W], R]{
		Max: config.Max, Patience: config.Patience,
		Fetch: func(ctx context.Context, asked []*write[W]) (map[*write[W]]R, error) {
			if len(asked) == 1 {
				ctx = asked[0].ctx
			}
			writes := make([]W, len(asked))
			for i, w := range asked {
				writes[i] = w.what
			}
			results := config.Send(ctx, writes)
			values := make(map[*write[W]]R, len(asked))
			for i, w := range asked {
				values[w] = results[i]
			}
			return values, nil
		},
	})
	if config.Weigh != nil {
		g.weigh = func(w *write[W]) int { return config.Weigh(w.what) }
	}
	return &Writes[W, R]{g}
}

// Do makes one write, together with others that are asked for meanwhile, and
// returns what Send said of it.
//
// A caller whose context ends leaves the others alone. A lone write ends with
// its caller's context as Send has it, and Do waits for that. The error is a
// *Left for a caller who left others behind, or did so before his write was
// sent; any other says that Send panicked.
func (w *Writes[W, R]) Do(ctx context.Context, one W) (result R, err error) {
	if ctx.Err() != nil {
		return result, &Left{Cause: context.Cause(ctx)}
	}
	r := w.gatherer.join(ctx, &write[W]{one, ctx})
	select {
	case <-r.done:
		return r.value, r.err
	case <-ctx.Done():
	}
	if sent, lone := w.abandon(r); !lone {
		return result, &Left{Sent: sent, Cause: context.Cause(ctx)}
	}
	<-r.done
	return r.value, r.err
}

// abandon takes a caller away, unless his write is alone under way.
func (w *Writes[W, R]) abandon(r *request[*write[W], R]) (sent, lone bool) {
	w.gatherer.mu.Lock()
	defer w.gatherer.mu.Unlock()
	if r.flight != nil && r.flight.lone {
		return true, true
	}
	w.gatherer.left(r)
	return r.flight != nil, false
}

// Left is the error of a caller whose context ended before he knew what became
// of his write.
type Left struct {
	// Sent says that the write was under way: it may have been made, or may yet
	// be. One that was not will not be.
	Sent bool
	// Cause is why his context ended.
	Cause error
}

// Error tells both.
func (l *Left) Error() string {
	if l.Sent {
		return "gather: given up while it was under way: " + l.Cause.Error()
	}
	return "gather: given up before it was sent: " + l.Cause.Error()
}

// Unwrap gives the cause.
func (l *Left) Unwrap() error { return l.Cause }
