package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"scimforce/oauth"
	"scimforce/salesforce"
	"scimforce/scim/directory"
)

// connection is one org that the bridge speaks to.
type connection struct {
	name       string
	stored     oauth.Connection // what it was made of
	authorizer *oauth.Authorizer
	salesforce *salesforce.Client
	directory  *directory.Directory
}

// connections are the live ones, by name. One that is replaced or removed goes
// on serving the requests that have it, and is closed after the last.
type connections struct {
	mu      sync.Mutex
	live    map[string]*held
	retired sync.WaitGroup // those still in use, and those being closed
	errs    []error        // of closing
}

// held is a connection and those who use it; connections.mu guards it.
type held struct {
	*connection
	users   int
	retired bool
	unused  chan struct{} // closed when retired and without users
}

func newConnections() *connections { return &connections{live: make(map[string]*held)} }

// use lends a connection until done is called; ok is false when there is none
// of that name.
func (c *connections) use(name string) (lent *connection, done func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, ok := c.live[name]
	if !ok {
		return nil, nil, false
	}
	h.users++
	return h.connection, sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		h.users--
		h.release()
	}), true
}

// release says so when nobody needs the connection any more. The lock is held.
func (h *held) release() {
	if h.retired && h.users == 0 {
		close(h.unused)
	}
}

// put makes a connection live, in place of another of its name.
func (c *connections) put(one *connection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retire(one.name)
	c.live[one.name] = &held{connection: one, unused: make(chan struct{})}
}

// drop takes a connection away. unused is closed after the last request that has
// it.
func (c *connections) drop(name string) (unused <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, ok := c.live[name]
	if !ok {
		none := make(chan struct{})
		close(none)
		return none
	}
	c.retire(name)
	return h.unused
}

// retire closes a connection once it is unused. The lock is held.
func (c *connections) retire(name string) {
	h, ok := c.live[name]
	if !ok {
		return
	}
	delete(c.live, name)
	h.retired = true
	h.release()
	c.retired.Go(func() {
		<-h.unused
		// A refresh under way ends by itself within the login host's timeout; one
		// that is cut off can lose the grant.
		ctx, cancel := context.WithTimeout(context.Background(), loginTimeout)
		defer cancel()
		if err := h.authorizer.Close(ctx); err != nil {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.errs = append(c.errs, fmt.Errorf("connection %s: %w", name, err))
		}
	})
}

// all lists the live connections by name.
func (c *connections) all() []*connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]*connection, 0, len(c.live))
	for _, h := range c.live {
		all = append(all, h.connection)
	}
	slices.SortFunc(all, func(a, b *connection) int { return strings.Compare(a.name, b.name) })
	return all
}

// close closes every connection and waits for those retired before, until ctx
// ends. Nothing may be put after it.
func (c *connections) close(ctx context.Context) error {
	c.mu.Lock()
	for name := range maps.Clone(c.live) {
		c.retire(name)
	}
	c.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.retired.Wait()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		return fmt.Errorf("connections are still in use: %w", context.Cause(ctx))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return errors.Join(c.errs...)
}
