package console

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// pageTimeout bounds one request. Pages that ask Salesforce bound that on their
// own, below this.
const pageTimeout = 45 * time.Second

// A route is one page, or one thing to do.
type route struct {
	method, path string
	section      string // of the navigation
	open         bool   // without being signed in
	handle       func(*visit) (answer, error)
}

// answer is what a handler wants the browser to get: a page, or a redirect.
type answer struct {
	status   int    // of a page; 0 is 200
	template string // its template
	title    string
	page     any
	redirect string // by 303: an own address
	// refresh leads on from the page to another host's address, which a redirect
	// may not (see serveContinue).
	refresh    string
	retryAfter time.Duration
}

// redirect answers with See Other, so that the next request is a GET.
func redirect(address string) answer { return answer{redirect: address} }

// visit is one request behind the door.
type visit struct {
	*http.Request
	console  *Console
	sessions *scs.SessionManager
	who      string // signed in as, "" for nobody
}

// value is a field of the posted form, without white space around it: what is
// pasted often has some.
func (v *visit) value(name string) string { return strings.TrimSpace(v.PostForm.Get(name)) }

// note is something that the session remembers, "" for nothing.
func (v *visit) note(name string) string { return v.sessions.GetString(v.Context(), name) }

func (v *visit) remember(name, value string) { v.sessions.Put(v.Context(), name, value) }
func (v *visit) forget(name string)          { v.sessions.Remove(v.Context(), name) }

// tell has the next page say something.
func (v *visit) tell(kind, text string) {
	v.remember(noteNotice, text)
	v.remember(noteNoticeKind, kind)
}

// What sessions remember.
const (
	noteWho        = "who"
	notePassword   = "password"    // which one opened the session
	noteBrowser    = "browser"     // binds begun authorizations to the session
	noteNotice     = "notice"      // said by the next page
	noteNoticeKind = "notice-kind" // "good", "warn" or "bad"
)

// serve is the door. What a handler changed in the session is stored before the
// browser hears anything, so that the answer is never ahead of it.
func (c *Console) serve(to route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		w.Header().Set("Vary", "Cookie")
		ctx, cancel := context.WithTimeout(r.Context(), pageTimeout)
		defer cancel()
		r = r.WithContext(ctx)
		v := &visit{Request: r, console: c, sessions: c.plain}
		if c.https(r) {
			v.sessions = c.secure
		}
		if err := bound(w, r); err != nil {
			c.write(w, v, to, c.failed(v, err))
			return
		}
		token := ""
		if cookie, err := r.Cookie(v.sessions.Cookie.Name); err == nil && len(cookie.Value) <= 128 {
			token = cookie.Value
		}
		if r.Method == http.MethodPost {
			// A double click arrives as two requests: the second is to find what
			// the first left in the session.
			defer c.turns.take(token)()
		}
		loaded, err := v.sessions.Load(ctx, token)
		if err != nil {
			c.write(w, v, to, c.failed(v, err))
			return
		}
		v.Request = r.WithContext(loaded)
		a, err := c.enter(v, to, token != "")
		if err != nil {
			a = c.failed(v, err)
		}
		var said *notice
		if a.redirect == "" && v.who != "" {
			if text := v.sessions.PopString(loaded, noteNotice); text != "" {
				said = &notice{Kind: v.note(noteNoticeKind), Text: text}
			}
		}
		if err := c.keep(w, v); err != nil {
			a = c.failed(v, err)
		}
		c.writeSaying(w, v, to, a, said)
	})
}

// bound limits the body and reads the form, and takes no secrets from the
// address.
func bound(w http.ResponseWriter, r *http.Request) error {
	if name, found := secretInQuery(r.URL.Query()); found {
		return &failure{
			Status: http.StatusBadRequest, Title: "A secret does not belong in an address",
			Cause:  fmt.Sprintf("The address has the parameter %q. Addresses are kept in the browser's history and in the logs of proxies, so nothing was read from it.", name),
			Remedy: "Type secrets into the form. If this was a real one, take it for known to others: make a new one and end the old.",
			Next:   &link{"/", "Go to the start page"},
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if r.Method != http.MethodPost {
		return nil
	}
	if err := r.ParseForm(); err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return &failure{
				Status: http.StatusRequestEntityTooLarge, Title: "That was too much",
				Cause:  "The form holds more than 64 KiB, and nothing of it was read.",
				Remedy: "Go back and look at what was pasted into its fields.",
			}
		}
		return &failure{
			Status: http.StatusBadRequest, Title: "The form could not be read",
			Cause: "What the browser sent is no form.", Remedy: "Go back and send it again.",
		}
	}
	return nil
}

// enter lets the handler answer whoever may ask.
func (c *Console) enter(v *visit, to route, known bool) (a answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("console: panic: %v\n%s", p, debug.Stack())
		}
	}()
	if err := c.recognize(v); err != nil {
		return answer{}, err
	}
	if to.open || v.who != "" {
		return to.handle(v)
	}
	if known || v.Method == http.MethodPost {
		return redirect("/sign-in?session=ended"), nil
	}
	return redirect("/sign-in"), nil
}

// recognize finds out who is signed in. A session that another password opened
// counts no more.
func (c *Console) recognize(v *visit) error {
	who := v.note(noteWho)
	if who == "" {
		return nil
	}
	if opened := v.note(notePassword); opened != "" {
		current, err := c.passwords.read(v.Context())
		if err != nil {
			return err
		}
		if opened != current.id() {
			return v.sessions.Clear(v.Context())
		}
	}
	v.who = who
	return nil
}

// keep stores the session, if there is anything to store, and sets its cookie.
func (c *Console) keep(w http.ResponseWriter, v *visit) error {
	// A visit whose browser has gone still did what it did.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.Context()), 10*time.Second)
	defer cancel()
	switch v.sessions.Status(ctx) {
	case scs.Modified:
		token, expiry, err := v.sessions.Commit(ctx)
		if err != nil {
			return err
		}
		v.sessions.WriteSessionCookie(ctx, w, token, expiry)
	case scs.Destroyed:
		v.sessions.WriteSessionCookie(ctx, w, "", time.Time{})
	case scs.Unmodified:
	}
	w.Header().Set("Cache-Control", "no-store") // the cookie's writer added to it
	return nil
}

func (c *Console) write(w http.ResponseWriter, v *visit, to route, a answer) {
	c.writeSaying(w, v, to, a, nil)
}

func (c *Console) writeSaying(w http.ResponseWriter, v *visit, to route, a answer, said *notice) {
	if a.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((a.retryAfter+time.Second-1)/time.Second)))
	}
	if a.redirect != "" {
		w.Header().Set("Location", a.redirect)
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	body, err := c.views.render(a.template, framed{
		Title: a.title, Section: to.section, Who: v.who, Version: c.config.Version, Notice: said, Page: a.page,
	})
	if err != nil {
		c.logger.ErrorContext(v.Context(), "a page could not be made", "error", err.Error())
		a.status, body = http.StatusInternalServerError, []byte("The page could not be made; the log says why.\n")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	} else {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	if a.refresh != "" {
		w.Header().Set("Refresh", "0; url="+a.refresh)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	if v.Method != http.MethodHead {
		_, _ = w.Write(body) // the browser is gone if this fails
	}
}

// turns has the POSTs of one session wait for each other; sessions may share a
// place. It reaches over this process only.
type turns struct {
	seed   maphash.Seed
	places [64]sync.Mutex
}

// take waits for the session's turn, which lasts until done is called. Requests
// without a session wait for nobody.
func (t *turns) take(token string) (done func()) {
	if token == "" {
		return func() {}
	}
	place := &t.places[maphash.String(t.seed, token)%uint64(len(t.places))]
	place.Lock()
	return place.Unlock
}

// requestID names a failure on its page and in the log.
func requestID() string { return rand.Text()[:10] }
