package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"scimforce/oauth"
)

const (
	// patience is how long a begun authorization can be completed.
	patience = 10 * time.Minute
	// mostPastes is how often the wrong address may be pasted.
	mostPastes = 3
)

// browser leads a person through Salesforce's pages in a browser, and takes the
// callback from it.
func (a *app) browser(ctx context.Context, client *http.Client) (authorized, error) {
	p, c := a.program, a.command
	callback, err := url.Parse(c.Callback)
	if err != nil {
		return authorized{}, err // check has seen it
	}
	var receiver *receiver
	if !c.Paste {
		if receiver, callback, err = listenAt(ctx, callback); err != nil {
			return authorized{}, err
		}
		defer receiver.close()
		p.tellListening("callback", receiver.listeners[0].Addr())
	}
	fmt.Fprintf(p.stdout, "The app in Salesforce must have this callback URL, exactly as it is:\n  %s\n", callback)

	server := oauth.NewWebServer(oauth.WebServerConfig{Store: a.store, HTTPClient: client})
	session := rand.Text() // the browser's is this run of the command
	authorizeURL, err := server.Begin(ctx, oauth.Request{
		Session: session, Connection: c.Name, LoginURL: a.connection.LoginURL, ConsumerKey: a.connection.ConsumerKey,
		ConsumerSecret: a.secrets.ConsumerSecret, RedirectURL: callback.String(), UsernameSuffix: a.connection.UsernameSuffix,
	})
	if err != nil {
		return authorized{}, err
	}
	begun, err := url.Parse(authorizeURL)
	if err != nil {
		return authorized{}, err
	}
	fmt.Fprintf(p.stdout, "Log in there as the user whom the bridge is to work as, and press Allow, within ten minutes:\n  %s\n", authorizeURL)
	if c.Open {
		if err := openBrowser(authorizeURL); err != nil {
			fmt.Fprintf(p.stdout, "The browser could not be opened (%v): open the address yourself.\n", err)
		}
	}

	ctx, cancel := context.WithTimeoutCause(ctx, patience, &oauth.StateError{Code: oauth.StateExpired})
	defer cancel()
	state := begun.Query().Get("state")
	var query url.Values
	if receiver != nil {
		fmt.Fprintln(p.stdout, "Waiting for the browser to come back. Ctrl-C gives up.")
		query, err = receiver.wait(ctx, state, p.stdout)
	} else {
		query, err = pasted(ctx, p.terminal(), state)
	}
	if err != nil {
		return authorized{}, givenUp(ctx, err)
	}
	result, err := server.Complete(ctx, session, query)
	if err != nil {
		return authorized{}, err
	}
	return authorized{
		Authorization: result,
		save: func(ctx context.Context) error {
			_, err := server.Save(ctx, session)
			return err
		},
		discard: func(ctx context.Context) error { return server.Discard(ctx, session) },
	}, nil
}

// belongs says whether a callback is of the authorization with the state.
func belongs(query url.Values, state string) bool {
	return state != "" && subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(state)) == 1
}

// stray is what is wrong with a callback of another authorization, or of none.
// Anybody can make one, so it ends nothing, and its own words are not shown.
func stray(query url.Values) oauth.Explanation {
	if err := oauth.CallbackError(query); err != nil && !query.Has("state") {
		return oauth.Explain(err)
	}
	return oauth.Explain(&oauth.StateError{Code: oauth.StateUnknown})
}

// pasted asks for the address that the browser was sent back to.
func pasted(ctx context.Context, t terminal, state string) (url.Values, error) {
	var last error = errors.New("no address was pasted")
	for range mostPastes {
		text, err := t.line(ctx, "Paste the address of the page that the browser ends at (it may show an error): ")
		if errors.Is(err, io.EOF) {
			return nil, last
		}
		if err != nil {
			return nil, err
		}
		query := queryOf(text)
		if belongs(query, state) {
			return query, nil
		}
		last = &oauth.StateError{Code: oauth.StateUnknown}
		e := stray(query)
		fmt.Fprintf(t.out, "That is not the address that this authorization ends at: %s.\n", e.Title)
	}
	return nil, last
}

// queryOf is the query of an address, of which the beginning may be missing.
func queryOf(text string) url.Values {
	text = strings.TrimSpace(text)
	if _, behind, found := strings.Cut(text, "?"); found {
		text = behind
	}
	text, _, _ = strings.Cut(text, "#")
	query, err := url.ParseQuery(text)
	if err != nil {
		return url.Values{}
	}
	return query
}

// openBrowser has the desktop open an address. Whether it does is not known:
// some openers end at once, others with the browser.
func openBrowser(address string) error {
	command := exec.Command("xdg-open", address)
	switch runtime.GOOS {
	case "darwin":
		command = exec.Command("open", address)
	case "windows":
		command = exec.Command("rundll32", "url.dll,FileProtocolHandler", address)
	}
	if err := command.Start(); err != nil {
		return err
	}
	return command.Process.Release()
}
