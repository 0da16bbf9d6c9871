package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/salesforce/simulator/org"
)

// controlPath is where the control API lies; no Salesforce path begins so.
const controlPath = "/_simulator"

// maxControlBody bounds what the control API reads.
const maxControlBody = 64 << 20

// Control is the control API, whose paths begin with /_simulator/. New serves
// it with everything else unless the configuration says that it is elsewhere.
// It takes and gives JSON (an org's dump is lines of JSON), refuses what it does not know, and asks for no
// credentials: it is for whoever runs the simulator. Where there are several
// orgs, ?org=ID chooses one; the first is the default.
//
//	curl localhost:8081/_simulator/orgs
//	curl localhost:8081/_simulator/calls
//	curl -X DELETE localhost:8081/_simulator/calls
//	curl 'localhost:8081/_simulator/calls/log?limit=20&bodies=true'
//	curl -d '{"bodies":true}' localhost:8081/_simulator/calls/log
//	curl localhost:8081/_simulator/clock
//	curl -d '{"advance":"48h"}' localhost:8081/_simulator/clock
//	curl localhost:8081/_simulator/faults
//	curl -d '{"kind":"row-lock","rate":0.1,"method":"PATCH","resource":"/sobjects/User*"}' localhost:8081/_simulator/faults
//	curl -d '{"status":500,"body":"oops","contentType":"text/plain","next":3,"after":true}' localhost:8081/_simulator/faults
//	curl -X DELETE localhost:8081/_simulator/faults
//	curl localhost:8081/_simulator/limits
//	curl -d '{"used":14990}' localhost:8081/_simulator/limits
//	curl -d '{"username":"admin@acme.example"}' localhost:8081/_simulator/sessions
//	curl -X POST localhost:8081/_simulator/users/005000000000001AAA/confirm-email
//	curl localhost:8081/_simulator/org > org.jsonl
//	curl -T org.jsonl localhost:8081/_simulator/org
//	curl -X POST localhost:8081/_simulator/reset
func (s *Simulator) Control() http.Handler {
	r := chi.NewRouter()
	r.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		writeProblems(w, http.StatusNotFound, errors.New("there is no such control resource"))
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		writeProblems(w, http.StatusMethodNotAllowed, fmt.Errorf("method %s is not for this control resource", r.Method))
	})
	at := func(method, path string, serve func(*control) error) {
		r.MethodFunc(method, controlPath+path, s.controlled(serve))
	}
	at("GET", "/orgs", (*control).orgs)
	at("GET", "/calls", (*control).calls)
	at("DELETE", "/calls", (*control).forgetCalls)
	at("GET", "/calls/log", (*control).log)
	at("POST", "/calls/log", (*control).setLog)
	at("GET", "/clock", (*control).clock)
	at("POST", "/clock", (*control).moveClock)
	at("GET", "/faults", (*control).faults)
	at("POST", "/faults", (*control).addFault)
	at("DELETE", "/faults", (*control).clearFaults)
	at("GET", "/limits", (*control).limits)
	at("POST", "/limits", (*control).setLimits)
	at("POST", "/sessions", (*control).startSession)
	at("POST", "/users/{id}/confirm-email", (*control).confirmEmail)
	at("GET", "/org", (*control).dump)
	at("PUT", "/org", (*control).load)
	at("POST", "/reset", (*control).reset)
	return r
}

// control is one request to the control API.
type control struct {
	*Simulator
	w    http.ResponseWriter
	r    *http.Request
	site *site
}

// controlled finds the org that a control request is about, and answers with
// the problems that come back.
func (s *Simulator) controlled(serve func(*control) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &control{Simulator: s, w: w, r: r, site: s.sites[0]}
		if id := r.URL.Query().Get("org"); id != "" {
			i := slices.IndexFunc(s.sites, func(one *site) bool { return one.org.ID() == org.FullID(id) })
			if i < 0 {
				writeProblems(w, http.StatusNotFound, fmt.Errorf("there is no org %q", id))
				return
			}
			c.site = s.sites[i]
		}
		if err := serve(c); err != nil {
			status := http.StatusBadRequest
			if errors.Is(err, errNobody) {
				status = http.StatusNotFound
			}
			writeProblems(w, status, err)
		}
	}
}

// errNobody marks a request about a record that there is not.
var errNobody = errors.New("no such record")

// writeProblems answers {"problems":["...","..."]}.
func writeProblems(w http.ResponseWriter, status int, err error) {
	writePlainJSON(w, status, object{{"problems", strings.Split(err.Error(), "\n")}})
}

func (c *control) answer(body any) error {
	writePlainJSON(c.w, http.StatusOK, body)
	return nil
}

// done answers 204.
func (c *control) done() error {
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// read decodes the body, one JSON object without unknown keys.
func (c *control) read(into any) error {
	dec := json.NewDecoder(http.MaxBytesReader(c.w, c.r.Body, maxControlBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("the body: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body: something follows the JSON object")
	}
	return nil
}

// orgs lists the orgs:
// {"orgs":[{"id":"00D...","base_url":"","panics":0,"records":{"User":27}}]}.
// A panic is a bug of the simulator, which a client saw as UNKNOWN_EXCEPTION.
func (c *control) orgs() error {
	list := make([]object, len(c.sites))
	for i, one := range c.sites {
		counts := object{}
		_ = one.org.View(func(v *org.View) error { // fn never fails
			for _, o := range one.org.Objects() {
				counts = append(counts, member{o.Name, v.Len(o)})
			}
			return nil
		})
		list[i] = object{{"id", one.org.ID()}, {"base_url", one.base}, {"panics", one.broken.Load()}, {"records", counts}}
	}
	return c.answer(object{{"orgs", list}})
}

// calls counts them: {"total":3,"calls":[{"method","resource","count"}]}.
func (c *control) calls() error {
	calls := c.site.calls.list()
	total := 0
	for _, one := range calls {
		total += one.Count
	}
	return c.answer(object{{"total", total}, {"calls", calls}})
}

func (c *control) forgetCalls() error {
	c.site.calls.reset()
	c.site.log.reset()
	return c.done()
}

// log lists the last calls, the newest first: {"bodies":false,"calls":[...]}.
func (c *control) log() error {
	limit := 100
	if text := c.r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxLogged {
			return fmt.Errorf("limit %q is no number from 1 to %d", text, maxLogged)
		}
		limit = n
	}
	bodies := false
	if text := c.r.URL.Query().Get("bodies"); text != "" {
		var err error
		if bodies, err = strconv.ParseBool(text); err != nil {
			return fmt.Errorf("bodies %q is neither true nor false", text)
		}
	}
	calls := c.site.log.last(limit)
	if !bodies {
		for i := range calls {
			calls[i].Request, calls[i].Answer = "", ""
		}
	}
	return c.answer(object{{"bodies", c.site.log.bodies.Load()}, {"calls", calls}})
}

// setLog takes {"bodies":true}: whether the log keeps bodies from now on.
func (c *control) setLog() error {
	var wish struct {
		Bodies *bool `json:"bodies"`
	}
	if err := c.read(&wish); err != nil {
		return err
	}
	if wish.Bodies == nil {
		return errors.New("bodies is missing")
	}
	c.site.log.bodies.Store(*wish.Bodies)
	return c.done()
}

// clock tells the org's time: {"now":"2026-11-23T09:30:15Z"}.
func (c *control) clock() error {
	return c.answer(object{{"now", c.site.now().UTC().Format(time.RFC3339)}})
}

// moveClock takes {"advance":"48h"} and tells the new time.
func (c *control) moveClock() error {
	var wish struct {
		Advance string `json:"advance"`
	}
	if err := c.read(&wish); err != nil {
		return err
	}
	d, err := time.ParseDuration(wish.Advance)
	if err != nil {
		return fmt.Errorf("advance %q is no duration such as 48h", wish.Advance)
	}
	c.site.org.Advance(d)
	return c.clock()
}

// limits tells the API allocation: {"used":33,"daily":15000,"hard_cap":150000}.
func (c *control) limits() error {
	return c.answer(object{{"used", c.site.day.Used(c.site.now())}, {"daily", c.site.daily}, {"hard_cap", c.site.hardCap(c.cfg)}})
}

// setLimits takes {"used":14990} and tells the new state.
func (c *control) setLimits() error {
	var wish struct {
		Used *int `json:"used"`
	}
	if err := c.read(&wish); err != nil {
		return err
	}
	if wish.Used == nil || *wish.Used < 0 {
		return errors.New("used is to be 0 or more")
	}
	c.site.day.Set(c.site.now(), *wish.Used)
	return c.limits()
}

// startSession takes {"username":"..."} and answers
// {"access_token":"00D...!...","instance_url":"http://..."}.
func (c *control) startSession() error {
	var wish struct {
		Username string `json:"username"`
	}
	if err := c.read(&wish); err != nil {
		return err
	}
	if _, known := c.site.org.UserByUsername(wish.Username); !known {
		return fmt.Errorf("%w: user %q", errNobody, wish.Username)
	}
	token, err := c.AccessToken(wish.Username)
	if err != nil {
		return err
	}
	return c.answer(object{{"access_token", token}, {"instance_url", c.site.baseURL(c.r)}})
}

// confirmEmail does what the owner of a new address does with the mail he got.
func (c *control) confirmEmail() error {
	id := chi.URLParam(c.r, "id")
	if !c.site.org.ConfirmEmail(org.FullID(id)) {
		return fmt.Errorf("%w: no address of user %q waits for confirmation", errNobody, id)
	}
	return c.done()
}
