package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// maxPage bounds a page that the demo's browser reads, in bytes.
const maxPage = 1 << 20

// administrator does with a browser what one does once: enter the app in the
// bridge's console, log in at Salesforce, and save.
type administrator struct {
	browser           *http.Client
	console, password string // the console's address and password
}

// newAdministrator opens a browser; close it with its done.
func newAdministrator(console, password string) (a *administrator, done func(), err error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, nil, fmt.Errorf("browser: %w", err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return &administrator{browser: &http.Client{Transport: transport, Jar: jar}, console: console, password: password}, transport.CloseIdleConnections, nil
}

// signIn opens the console.
func (a *administrator) signIn(ctx context.Context) error {
	return a.submit(ctx, "sign in to the console", "/sign-in", "/sign-in", url.Values{"password": {a.password}}, nil)
}

// connect makes a connection with the fields of the form, as the user of
// Salesforce with this password.
func (a *administrator) connect(ctx context.Context, fields url.Values, username, password string) error {
	return a.submit(ctx, "enter the app", "/connect", "/connect", fields, func(p page) error { return a.allow(ctx, p, username, password) })
}

// reauthenticate authorizes a connection anew.
func (a *administrator) reauthenticate(ctx context.Context, name, username, password string) error {
	return a.submit(ctx, "authenticate again", "/connections/"+name, "/connections/"+name+"/reauthenticate", nil,
		func(p page) error { return a.allow(ctx, p, username, password) })
}

// submit opens a page of the console, fills in and sends its form with this
// action, and has next go on from there.
func (a *administrator) submit(ctx context.Context, what, path, action string, fields url.Values, next func(page) error) error {
	shown, err := a.open(ctx, http.MethodGet, a.console+path, nil)
	if err == nil {
		shown, err = a.send(ctx, shown, action, fields)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if next == nil {
		return nil
	}
	return next(shown)
}

// allow goes on from the page that leads to Salesforce: it logs in, presses
// Allow, comes back and saves.
func (a *administrator) allow(ctx context.Context, leading page, username, password string) error {
	if leading.next == "" {
		return errors.New("the console does not lead on to Salesforce")
	}
	shown, err := a.open(ctx, http.MethodGet, leading.next, nil)
	if err != nil {
		return fmt.Errorf("open the login page: %w", err)
	}
	shown, err = a.send(ctx, shown, "", url.Values{"username": {username}, "password": {password}})
	if err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	if len(shown.forms) == 0 || shown.forms[0].values.Has("password") {
		return errors.New("log in: the page that asks for access did not come")
	}
	if shown, err = a.send(ctx, shown, "", url.Values{"decision": {"allow"}}); err != nil {
		return fmt.Errorf("allow access: %w", err)
	}
	if err = a.save(ctx, shown); err != nil {
		return fmt.Errorf("save the connection: %w", err)
	}
	return nil
}

// save presses Save and does not look at the page that follows, which asks the
// org a good deal.
func (a *administrator) save(ctx context.Context, review page) error {
	follow := a.browser.CheckRedirect
	defer func() { a.browser.CheckRedirect = follow }()
	saved := false
	a.browser.CheckRedirect = func(*http.Request, []*http.Request) error {
		saved = true
		return http.ErrUseLastResponse
	}
	_, err := a.send(ctx, review, "/connect/save", nil)
	if saved {
		return nil
	}
	return cmp.Or(err, errors.New("the console stays at the page"))
}

// page is what a browser got: its forms, and where it leads by itself.
type page struct {
	forms []form
	next  string
}

// form is one form of a page: where it goes and what its fields hold.
type form struct {
	action string
	values url.Values
}

// send fills in the page's form whose action ends so, and sends it.
func (a *administrator) send(ctx context.Context, shown page, action string, fields url.Values) (page, error) {
	for _, f := range shown.forms {
		if !strings.HasSuffix(f.action, action) {
			continue
		}
		for name, values := range fields {
			f.values[name] = values
		}
		return a.open(ctx, http.MethodPost, f.action, f.values)
	}
	return page{}, fmt.Errorf("the page has no form for %q", action)
}

func (a *administrator) open(ctx context.Context, method, address string, values url.Values) (page, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(values.Encode()))
	if err != nil {
		return page{}, err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := a.browser.Do(req)
	if err != nil {
		return page{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return page{}, fmt.Errorf("%s answered %s", resp.Request.URL.Path, resp.Status)
	}
	root, err := html.Parse(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return page{}, fmt.Errorf("read the page %s: %w", resp.Request.URL.Path, err)
	}
	shown, err := readPage(root, resp.Request.URL)
	_, shown.next, _ = strings.Cut(resp.Header.Get("Refresh"), "url=")
	return shown, err
}

// readPage finds the page's forms; relative actions are taken from base.
func readPage(root *html.Node, base *url.URL) (page, error) {
	var shown page
	for node := range root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		switch node.Data {
		case "form":
			action, err := base.Parse(attribute(node, "action"))
			if err != nil {
				return page{}, fmt.Errorf("the form's action: %w", err)
			}
			shown.forms = append(shown.forms, form{action: action.String(), values: url.Values{}})
		case "input":
			name := attribute(node, "name")
			if name == "" || len(shown.forms) == 0 || notChosen(node) {
				continue
			}
			shown.forms[len(shown.forms)-1].values.Set(name, attribute(node, "value"))
		}
	}
	return shown, nil
}

// notChosen is true for a radio button or check box that a form does not send.
func notChosen(node *html.Node) bool {
	kind := attribute(node, "type")
	return (kind == "radio" || kind == "checkbox") && !slices.ContainsFunc(node.Attr, func(a html.Attribute) bool { return a.Key == "checked" })
}

func attribute(node *html.Node, key string) string {
	for _, a := range node.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
