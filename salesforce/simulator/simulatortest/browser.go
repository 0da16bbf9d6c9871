package simulatortest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// What a browser needs of the login and the approval page.
var (
	formAction  = regexp.MustCompile(`action="([^"]+)"`)
	formRequest = regexp.MustCompile(`name="request" value="([^"]+)"`)
)

const password = "open sesame"

// MustAllow plays the browser of a user who is sent to an authorize URL: he logs
// in and presses Allow. It returns where he is sent back to, with the code and
// the state in its query; nothing is asked of that address. The user's password
// is another one afterwards.
func (s *Server) MustAllow(authorizeURL, username string) *url.URL {
	s.t.Helper()
	return s.decide(authorizeURL, username, "allow")
}

// MustDeny is MustAllow for somebody who presses Deny: he is sent back with an
// error in the query.
func (s *Server) MustDeny(authorizeURL, username string) *url.URL {
	s.t.Helper()
	return s.decide(authorizeURL, username, "deny")
}

func (s *Server) decide(authorizeURL, username, decision string) *url.URL {
	s.t.Helper()
	user, ok := s.Org.UserByUsername(username)
	if !ok {
		s.t.Fatalf("the org has no user %s", username)
	}
	id, _ := user["Id"].(string)
	s.Org.SetPassword(id, password)
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	client := s.Client()
	client.Jar = jar
	client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), s.URL+"/") {
			return nil
		}
		return http.ErrUseLastResponse
	}
	page, back := s.open(client, authorizeURL, nil)
	for _, filled := range []url.Values{{"username": {username}, "password": {password}}, {"decision": {decision}}} {
		if back != nil {
			break // who approved the app before is not asked again
		}
		action, request := formAction.FindStringSubmatch(page), formRequest.FindStringSubmatch(page)
		if action == nil || request == nil {
			s.t.Fatalf("no form in the page: %s", page)
		}
		filled.Set("request", request[1])
		page, back = s.open(client, s.URL+action[1], filled)
	}
	if back == nil {
		s.t.Fatalf("the browser was not sent back: %s", page)
	}
	return back
}

// open loads a page, or says which address outside of the org it leads to.
func (s *Server) open(client *http.Client, address string, form url.Values) (page string, back *url.URL) {
	s.t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if to, err := answer.Location(); err == nil {
		return "", to
	}
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(read), nil
}
