package salesforce

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// A Call is one request to Salesforce with its answer, told without any data
// of it, so that it is fit for logs and as labels of metrics.
type Call struct {
	Method string

	// Resource is a template: "/query", "/query/{locator}",
	// "/sobjects/User", "/sobjects/User/{id}", "/sobjects/User/describe",
	// "/composite", "/composite/sobjects", "/" (the list of resources).
	Resource string

	// Parts says what is inside: for /composite the subrequests in the same
	// form ("POST /sobjects/User", "GET /query User"), for /query the
	// object asked for, for /composite/sobjects the object written.
	Parts []string

	Status    int // 0 when no answer came
	Duration  time.Duration
	ErrorCode string // "" when all went well; Salesforce's code, or one of our own in small letters
	Attempt   int    // from 1
}

// A Recorder keeps the calls that were made under a context. The zero value
// is ready; it is safe for use by many goroutines.
type Recorder struct {
	mu    sync.Mutex
	calls []Call
}

// Calls are the calls so far, in the order of their answers.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

func (r *Recorder) add(call Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
}

type recorderKey struct{}

// WithRecorder returns a context under which every call is added to r.
func WithRecorder(ctx context.Context, r *Recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, []*Recorder{r})
}

// WithRecordersOf returns a context under which every call is added to the
// recorders of all the contexts: a call that is made for several.
func WithRecordersOf(ctx context.Context, contexts ...context.Context) context.Context {
	var all []*Recorder
	for _, one := range contexts {
		recorders, _ := one.Value(recorderKey{}).([]*Recorder)
		for _, r := range recorders {
			if !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	return context.WithValue(ctx, recorderKey{}, all)
}

// tell reports a call to whoever listens.
func (c *Client) tell(ctx context.Context, call Call) {
	recorders, _ := ctx.Value(recorderKey{}).([]*Recorder)
	for _, r := range recorders {
		r.add(call)
	}
	if c.observe != nil {
		c.observe(ctx, call)
	}
	c.logger.LogAttrs(ctx, slog.LevelDebug, "salesforce call",
		slog.String("method", call.Method),
		slog.String("resource", call.Resource),
		slog.Any("parts", call.Parts),
		slog.Int("status", call.Status),
		slog.Duration("duration", call.Duration),
		slog.String("error_code", call.ErrorCode),
		slog.Int("attempt", call.Attempt))
}
