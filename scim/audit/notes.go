package audit

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// maxNotes bounds what one request may remember: a PATCH of ten thousand
// members must not make an entry of ten thousand remarks.
const maxNotes = 100

// Notes collects the remarks made while one request is served. It is safe for
// concurrent use.
type Notes struct {
	mu    sync.Mutex
	texts []string
	more  int
}

// notesKey is the context key of a request's Notes.
type notesKey struct{}

// With returns a context under which Note writes to the returned Notes.
func With(ctx context.Context) (context.Context, *Notes) {
	n := &Notes{}
	return context.WithValue(ctx, notesKey{}, n), n
}

// Note adds a remark to the entry of the request that ctx belongs to: a value
// that was substituted, a user frozen because he could not be deactivated. A
// remark made twice is kept once. Without a request it does nothing.
//
// Remarks name attributes, fields and ids; never an e-mail address.
func Note(ctx context.Context, text string) {
	n, ok := ctx.Value(notesKey{}).(*Notes)
	if !ok || text == "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if slices.Contains(n.texts, text) {
		return
	}
	if len(n.texts) >= maxNotes {
		n.more++
		return
	}
	n.texts = append(n.texts, text)
}

// All returns the remarks so far, in order; the last one counts those that
// found no room. The slice is the caller's own.
func (n *Notes) All() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := slices.Clone(n.texts)
	if n.more > 0 {
		all = append(all, fmt.Sprintf("%d more remarks were left out", n.more))
	}
	return all
}
