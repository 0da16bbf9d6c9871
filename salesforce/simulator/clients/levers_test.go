package clients

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/weather"
)

// leversOf is how a script reaches what no client can do: the person at the
// browser, and the org itself.
func leversOf(s *simulator.Simulator, o *org.Org) http.Handler {
	mux := http.NewServeMux()
	lever := func(name string, pull func(body string) (string, error)) {
		mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err == nil {
				var answer string
				if answer, err = pull(string(body)); err == nil {
					_, _ = io.WriteString(w, answer)
					return
				}
			}
			http.Error(w, err.Error(), http.StatusInternalServerError)
		})
	}
	lever("allow", func(body string) (string, error) { return decide(body, "allow") })
	lever("deny", func(body string) (string, error) { return decide(body, "deny") })
	lever("expire", func(string) (string, error) { s.ExpireSessions(); return "", nil })
	lever("weather", func(body string) (string, error) {
		var rule weather.Rule
		if err := json.Unmarshal([]byte(body), &rule); err != nil {
			return "", err
		}
		return "", s.Weather(rule)
	})
	lever("confirm-email", func(body string) (string, error) {
		if !o.ConfirmEmail(body) {
			return "", errors.New("no address waits")
		}
		return "", nil
	})
	return mux
}

// decide is the administrator at his browser: he opens the address that the
// app sent him to, logs in and presses a button. It returns where the browser
// is sent then.
func decide(address, decision string) (string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	var landed string
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), callback) {
			landed = r.URL.String()
			return http.ErrUseLastResponse
		}
		return nil
	}}
	page, err := browser.Get(address)
	for _, filled := range []url.Values{
		{"username": {administrator}, "password": {password}},
		{"decision": {decision}},
	} {
		if err != nil {
			return "", err
		}
		page, err = submit(browser, page, filled)
	}
	if err != nil {
		return "", err
	}
	_ = page.Body.Close()
	if landed == "" {
		return "", fmt.Errorf("the browser was not sent back to the app: status %d", page.StatusCode)
	}
	return landed, nil
}

// submit sends a page's form with its hidden fields and those filled in.
func submit(browser *http.Client, page *http.Response, filled url.Values) (*http.Response, error) {
	defer func() { _ = page.Body.Close() }()
	document, err := html.Parse(page.Body)
	if err != nil {
		return nil, err
	}
	action := ""
	for node := range document.Descendants() {
		switch {
		case node.Data == "form":
			action = attribute(node, "action")
		case node.Data == "input" && attribute(node, "type") == "hidden":
			filled.Set(attribute(node, "name"), attribute(node, "value"))
		}
	}
	if action == "" {
		return nil, fmt.Errorf("no form in the page at %s (status %d)", page.Request.URL.Path, page.StatusCode)
	}
	to, err := page.Request.URL.Parse(action)
	if err != nil {
		return nil, err
	}
	return browser.PostForm(to.String(), filled)
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
