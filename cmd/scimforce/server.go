package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// drainTimeout is how long requests in flight may take at the end.
	// Kubernetes kills after 30 s as it comes, so some must be left; Docker,
	// after 10 s as it comes, has to be told (stop_grace_period).
	drainTimeout = 25 * time.Second
	// closeTimeout is how long a refresh of the access token may take after
	// that; what the requests left of drainTimeout is its as well. A refresh
	// that is cut off can lose the grant.
	closeTimeout = 4 * time.Second
)

// Serve answers on listener until ctx ends, and then finishes what is in
// flight, for at most drainTimeout; what takes longer is cut off, and that is
// an error. nil after an orderly end.
func (b *bridge) Serve(ctx context.Context, listener net.Listener) error {
	// Requests must outlive ctx: its end is what starts the draining.
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	server := &http.Server{
		Handler:           b.handler,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      requestTimeout + 20*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(b.logger.Handler(), slog.LevelWarn),
	}
	following, unfollow := context.WithCancel(ctx)
	var follower sync.WaitGroup
	follower.Go(func() { b.follow(following) })
	defer follower.Wait()
	defer unfollow()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	b.stopping.Store(true)
	b.deadline.Store(time.Now().Add(b.drain + closeTimeout))
	b.logger.InfoContext(ctx, "stopping: no new requests, finishing those in flight")
	patience, done := context.WithTimeout(base, b.drain)
	defer done()
	err := server.Shutdown(patience)
	if err != nil {
		// The contexts of reads that are left end with base; writes go on for
		// as long as the process does.
		err = errors.Join(fmt.Errorf("requests in flight were cut off after %v: %w", b.drain, err), server.Close())
	}
	<-ended
	return err
}

// newTransport keeps a connection for each of a good many requests at once: all
// go to one host, and a TLS handshake costs more than most calls.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// Close waits for a refresh of the access token that is under way, for as long
// as the end of Serve left. The database may be closed after it.
func (b *bridge) Close() error {
	defer b.closeIdle()
	deadline, begun := b.deadline.Load().(time.Time)
	if !begun {
		deadline = time.Now().Add(b.drain + closeTimeout)
	}
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	return b.connections.close(ctx)
}
