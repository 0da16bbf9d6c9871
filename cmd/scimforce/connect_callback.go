package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"scimforce/oauth"
)

// checkCallback reports what is wrong with the callback URL of connect. What is
// not pasted comes to this machine, and to nobody else.
func checkCallback(found *problems, callback string, pasted bool) {
	u, err := url.Parse(callback)
	switch {
	case err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		found.addf("--callback %q is no URL such as http://localhost:8085/oauth/callback", redactURL(callback))
	case pasted:
	case u.Scheme != "http" || !isLoopback(u.Hostname()) || u.Port() == "":
		found.addf("--callback %q does not lead to a port of this machine: write http://localhost:8085/oauth/callback, or take the address by --paste", callback)
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// receiver waits for a browser on the loopback interface.
type receiver struct {
	path      string
	listeners []net.Listener
	server    *http.Server
	serving   sync.WaitGroup
}

// listenAt listens where the callback leads. The callback that comes back has
// the port that was taken where the one that was given has 0.
func listenAt(ctx context.Context, callback *url.URL) (*receiver, *url.URL, error) {
	hosts := []string{callback.Hostname()}
	if strings.EqualFold(hosts[0], "localhost") {
		hosts = []string{"127.0.0.1", "::1"} // browsers try both
	}
	r := &receiver{path: callback.Path}
	var config net.ListenConfig
	first, err := config.Listen(ctx, "tcp", net.JoinHostPort(hosts[0], callback.Port()))
	if err != nil {
		return nil, nil, fmt.Errorf("--callback: %w; choose another port, here and in the app, or take the address by --paste", err)
	}
	r.listeners = append(r.listeners, first)
	_, port, err := net.SplitHostPort(first.Addr().String())
	if err != nil {
		return nil, nil, errors.Join(err, first.Close())
	}
	for _, host := range hosts[1:] {
		// Some machines have no IPv6.
		if more, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, port)); err == nil {
			r.listeners = append(r.listeners, more)
		}
	}
	taken := *callback
	taken.Host = net.JoinHostPort(callback.Hostname(), port)
	return r, &taken, nil
}

// wait serves until the callback with the state comes. Others are told of on w
// and change nothing.
func (r *receiver) wait(ctx context.Context, state string, w io.Writer) (url.Values, error) {
	callbacks, strays := make(chan url.Values, 1), make(chan oauth.Explanation, 1)
	r.server = &http.Server{
		Handler:           r.handler(state, callbacks, strays),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelWarn),
	}
	for _, listener := range r.listeners {
		r.serving.Go(func() { _ = r.server.Serve(listener) }) // says only that it was closed
	}
	for {
		select {
		case query := <-callbacks:
			return query, nil
		case e := <-strays:
			fmt.Fprintf(w, "A callback came that is not of this authorization, and was not taken: %s. Still waiting.\n", e.Title)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (r *receiver) handler(state string, callbacks chan<- url.Values, strays chan<- oauth.Explanation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer") // the address holds the code
		h.Set("X-Content-Type-Options", "nosniff")
		page := func(status int, title, text string) {
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, "<!doctype html>\n<html lang=\"en\"><title>%s</title><h1>%s</h1><p>%s</p></html>\n", title, title, text)
		}
		query := q.URL.Query()
		switch {
		case q.URL.Path != r.path:
			page(http.StatusNotFound, "Nothing is here", "scimforce connect waits for another address.")
		case q.Method != http.MethodGet:
			page(http.StatusMethodNotAllowed, "Nothing is done", "A callback is a GET.")
		case !belongs(query, state):
			select {
			case strays <- stray(query):
			default: // one is being told of
			}
			page(http.StatusBadRequest, "This is not the authorization that was begun", "Open the address that scimforce connect shows in the terminal.")
		default:
			select {
			case callbacks <- query:
			default: // opened twice: the first counts
			}
			page(http.StatusOK, "Back to the terminal", "scimforce connect shows there how it went. This page can be closed.")
		}
	})
}

// close ends the receiver once the browser has its page.
func (r *receiver) close() {
	if r.server == nil {
		for _, listener := range r.listeners {
			_ = listener.Close()
		}
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if r.server.Shutdown(ctx) != nil {
		_ = r.server.Close()
	}
	r.serving.Wait()
}
