package simulator

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of the log of calls.
const (
	maxLogged     = 1000     // calls
	maxLoggedBody = 16 << 10 // bytes of each body
)

// LoggedCall is one API call as the log keeps it. Secrets are masked.
type LoggedCall struct {
	Time   time.Time `json:"time"` // of the org's clock
	Org    string    `json:"org"`
	User   string    `json:"user,omitempty"` // id; empty of a call that was not authenticated
	Method string    `json:"method"`
	Path   string    `json:"path"` // with the query
	// Resource is that of CallCount.
	Resource string `json:"resource"`
	// Fault is what went wrong on purpose: a kind of weather, or "fault" for one
	// of the caller's own.
	Fault  string  `json:"fault,omitempty"`
	Status int     `json:"status"` // 0: the connection was closed without an answer
	Millis float64 `json:"milliseconds"`
	// Request and Answer are the bodies, up to 16 KB of each, of calls made
	// while bodies were asked for.
	Request string `json:"request,omitempty"`
	Answer  string `json:"answer,omitempty"`
}

// callLog keeps the last calls.
type callLog struct {
	bodies atomic.Bool

	mu    sync.Mutex
	ring  []LoggedCall
	count int // of all calls ever
}

func newCallLog() *callLog { return &callLog{} }

// add keeps a call, with its bodies if they are asked for.
func (l *callLog) add(c LoggedCall, request, answer []byte) {
	if l.bodies.Load() {
		c.Request, c.Answer = maskBody(request), maskBody(answer)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < maxLogged {
		l.ring = append(l.ring, c)
	} else {
		l.ring[l.count%maxLogged] = c
	}
	l.count++
}

// last gives up to n of the last calls, the newest first.
func (l *callLog) last(n int) []LoggedCall {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = min(n, len(l.ring))
	out := make([]LoggedCall, 0, n)
	for i := range n {
		c := l.ring[(l.count-1-i)%maxLogged]
		c.Path = maskQuery(c.Path)
		out = append(out, c)
	}
	return out
}

func (l *callLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.count = nil, 0
}

// secretMember is a string member of JSON whose name says that it is secret.
var secretMember = regexp.MustCompile(`(?i)("[^"]*(?:password|secret|token)[^"]*"\s*:\s*")(?:\\.|[^"\\])*`)

func maskBody(body []byte) string {
	// What is cut off is cut off before it is masked: a secret cut in two is
	// masked up to the end.
	cut := body[:min(len(body), maxLoggedBody)]
	return strings.ToValidUTF8(string(secretMember.ReplaceAll(cut, []byte("$1***"))), "�")
}

// maskQuery masks the parameters that carry tokens.
func maskQuery(path string) string {
	before, parameters, found := strings.Cut(path, "?")
	if !found || !strings.Contains(strings.ToLower(parameters), "token") {
		return path
	}
	values, err := url.ParseQuery(parameters)
	if err != nil {
		return before + "?***"
	}
	for name := range values {
		if strings.Contains(strings.ToLower(name), "token") {
			values[name] = []string{"***"}
		}
	}
	return before + "?" + values.Encode()
}
