package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// maxPage bounds a page that the demo's browser reads, in bytes.
const maxPage = 1 << 20

// allowAccess does what a person does with a browser: open authorizeURL, log in, press Allow, and follow the redirect to
// the callback. It returns when the callback has answered 200.
func allowAccess(ctx context.Context, authorizeURL, username, password string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return fmt.Errorf("browser: %w", err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	browser := &http.Client{Transport: transport, Jar: jar}
	login, err := open(ctx, browser, http.MethodGet, authorizeURL, nil)
	if err != nil {
		return fmt.Errorf("open the login page: %w", err)
	}
	login.values.Set("username", username)
	login.values.Set("password", password)
	consent, err := open(ctx, browser, http.MethodPost, login.action, login.values)
	if err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	if consent.action == "" || consent.values.Has("password") {
		return errors.New("log in: the page that asks for access did not come")
	}
	consent.values.Set("decision", "allow")
	if _, err := open(ctx, browser, http.MethodPost, consent.action, consent.values); err != nil {
		return fmt.Errorf("allow access: %w", err)
	}
	return nil
}

// form is the one form of a page: where it goes and what its fields hold. action is "" on a page without one.
type form struct {
	action string
	values url.Values
}

func open(ctx context.Context, browser *http.Client, method, address string, values url.Values) (form, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(values.Encode()))
	if err != nil {
		return form{}, err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := browser.Do(req)
	if err != nil {
		return form{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return form{}, fmt.Errorf("%s answered %s", resp.Request.URL.Path, resp.Status)
	}
	page, err := html.Parse(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return form{}, fmt.Errorf("read the page %s: %w", resp.Request.URL.Path, err)
	}
	return readForm(page, resp.Request.URL)
}

// readForm finds the page's form; relative actions are taken from base.
func readForm(page *html.Node, base *url.URL) (form, error) {
	found := form{values: url.Values{}}
	for node := range page.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		switch node.Data {
		case "form":
			action, err := base.Parse(attribute(node, "action"))
			if err != nil {
				return form{}, fmt.Errorf("the form's action: %w", err)
			}
			found.action = action.String()
		case "input":
			if name := attribute(node, "name"); name != "" {
				found.values.Set(name, attribute(node, "value"))
			}
		}
	}
	return found, nil
}

func attribute(node *html.Node, key string) string {
	for _, a := range node.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
