package console

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"scimforce/cmd/scimforce/console/browsertest"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

// pictures has the pictures of docs/connect-salesforce.md made anew.
var pictures = flag.Bool("pictures", false, "write the pictures of the manual")

const salesforcePassword = "open sesame"

// loginHost is a simulated org at an address of its own, which remembers what
// came by and lets a test act at the last moment.
type loginHost struct {
	*simulatortest.Server
	address string

	mu        sync.Mutex
	late      func()   // before the first exchange of a code
	authorize string   // the last authorize request
	callbacks []string // where browsers were sent back to
}

func newLoginHost(k *kit, edition string, change func(*simulator.App)) *loginHost {
	k.t.Helper()
	h := &loginHost{Server: simulatortest.New(k.t, func(c *simulatortest.Config) {
		c.Org.Edition = edition
		c.Simulator.App.CallbackURLs = []string{k.server.URL + callbackPath}
		c.Simulator.App.RequirePKCE = true
		if change != nil {
			change(&c.Simulator.App)
		}
	})}
	h.Org.SetPassword(h.Org.AdminID(), salesforcePassword)
	front := httptest.NewServer(h)
	k.t.Cleanup(front.Close)
	h.address = front.URL
	return h
}

// ServeHTTP is the simulator's, overheard.
func (h *loginHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	switch late := h.late; {
	case r.URL.Path == "/services/oauth2/token" && late != nil:
		h.late = nil
		h.mu.Unlock()
		late()
		h.mu.Lock()
	case r.URL.Path == "/services/oauth2/authorize":
		h.authorize = h.address + r.URL.RequestURI()
	}
	h.mu.Unlock()
	h.Server.ServeHTTP(w, r)
	if back := w.Header().Get("Location"); strings.Contains(back, callbackPath) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.callbacks = append(h.callbacks, back)
	}
}

func (h *loginHost) lastCallback() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.callbacks[len(h.callbacks)-1]
}

func (h *loginHost) lastAuthorize() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.authorize
}

// person is an administrator at a browser.
type person struct {
	*browsertest.Page
	k *kit
}

// sits opens a browser of its own at the console, signed in.
func (k *kit) sits(t *testing.T, browser *browsertest.Browser) *person {
	t.Helper()
	p := &person{browser.Page(t), k}
	p.Open(k.server.URL + "/")
	p.Fill("password", adminPassword)
	p.Press("sign-in")
	return p
}

// fillIn fills in the Connect form; more are pairs of a field and its value.
func (p *person) fillIn(address string, more ...string) {
	p.k.t.Helper()
	p.Open(p.k.server.URL + "/connect")
	p.Click("connect-login-host-mydomain")
	values := map[string]string{"my-domain": address, "consumer-key": "  " + simulatortest.ConsumerKey + " ", "consumer-secret": simulatortest.ConsumerSecret}
	for i := 0; i < len(more); i += 2 {
		values[more[i]] = more[i+1]
	}
	for field, value := range values {
		p.Fill(field, value)
	}
}

// logsIn goes through the login page of the org that the browser is at.
func (p *person) logsIn() {
	p.k.t.Helper()
	p.Fill("username", simulatortest.Admin)
	p.Fill("password", salesforcePassword)
	p.PressUntil("Login", "#oaapprove, #error-title, #save")
}

// looks checks the page and takes its picture.
func (p *person) looks(name string) {
	p.k.t.Helper()
	p.CheckAccessible()
	p.Screenshot(name)
}

// illustrates makes a picture of the manual, where these are wanted.
func (p *person) illustrates(name, selector string, height int64) {
	p.k.t.Helper()
	if *pictures {
		p.Illustrate("../../../docs/images/"+name+".png", selector, height)
	}
}
