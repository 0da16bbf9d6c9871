// Package browse shows simulated orgs to a person with a browser: who is in them,
// with which profile and access, active or not, and what clients called last.
// It only reads. It is no page of Salesforce's and looks like none.
//
// Its first page costs the same however many people there are: whatever is
// shown comes from an index, from a count that is kept, or from a walk that is
// bounded and says so.
package browse

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/salesforce/simulator/org"
)

// Prefix is where the pages of each org are, beside "/" with all of them.
const Prefix = "/_org"

// Config says what is shown.
type Config struct {
	// Orgs are shown in this order. At least one.
	Orgs []Org
	// Control are the lines of the section on the control interface; none
	// leaves it out.
	Control []Command
}

// Org is one org as the pages see it.
type Org struct {
	Org *org.Org // required
	// Address is where clients reach it ("https://acme.my.salesforce.com");
	// "" is the address that the page was asked for at.
	Address string
	// Calls are the last API calls, newest first; nil has none to show.
	Calls func() []Call
	// Counts are the API calls by resource; nil has none to show.
	Counts func() []Count
	// Usage is how much of the day's allocation is used up; nil is not shown.
	Usage func() (used, most int)
	// Faults are what was set to go wrong, in words; nil has none to show.
	Faults func() []string
}

// Call is one API call that was answered.
type Call struct {
	At       time.Time
	Username string // "" of one that was not authenticated
	Method   string
	Path     string // "/v66.0/sobjects/User/005...", with the query
	Status   int    // 0 of one that was cut off
	Took     time.Duration
	Fault    string // what went wrong with it on purpose
}

// Count is how often one resource was called.
type Count struct {
	Method, Resource string
	Times            int
}

// Command is one thing that the control interface does, with a line to paste;
// the word ADDRESS in it becomes the address of the page.
type Command struct{ What, Line string }

//go:embed templates/*.html templates/style.css
var files embed.FS

// pages is the handler: the orgs by id and the templates.
type pages struct {
	cfg       Config
	templates *template.Template
	style     template.CSS
	policy    string // the Content-Security-Policy, which knows the style sheet by its hash
	router    http.Handler
}

// New makes the handler of "/" and of everything below Prefix.
func New(cfg Config) (http.Handler, error) {
	if len(cfg.Orgs) == 0 {
		return nil, errors.New("browse: no org")
	}
	for _, one := range cfg.Orgs {
		if one.Org == nil {
			return nil, errors.New("browse: one of the orgs is none")
		}
	}
	templates, err := template.New("").ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("browse: %w", err)
	}
	style, err := files.ReadFile("templates/style.css")
	if err != nil {
		return nil, fmt.Errorf("browse: %w", err)
	}
	sum := sha256.Sum256(style)
	p := &pages{
		cfg: cfg, templates: templates, style: template.CSS(style),
		policy: "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	}
	r := chi.NewRouter()
	r.Get("/", p.home)
	r.Get(Prefix+"/{org}/people", p.with(p.people))
	r.Get(Prefix+"/{org}/people/{user}", p.with(p.person))
	r.Get(Prefix+"/{org}/access", p.with(p.access))
	r.Get(Prefix+"/{org}/calls", p.with(p.calls))
	r.NotFound(func(w http.ResponseWriter, _ *http.Request) { p.missing(w, "There is no such page.") })
	p.router = r
	return p, nil
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.router.ServeHTTP(w, r) }

// frame is what every page has around its own content.
type frame struct {
	Title string
	Style template.CSS
	Org   *heading // nil on the page of all orgs
	Tab   string
}

// heading names the org that a page is about.
type heading struct{ ID, Name, Link string }

// headingOf reads an org's name. It opens a view of its own.
func headingOf(o *org.Org) *heading {
	h := &heading{ID: o.ID(), Link: Prefix + "/" + o.ID()}
	_ = o.View(func(v *org.View) error { // the function returns no error
		if r, ok := v.Target(o.ID()); ok {
			h.Name = text(r, "Name")
		}
		return nil
	})
	return h
}

// with finds the org of the path.
func (p *pages) with(show func(http.ResponseWriter, *http.Request, Org)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, _ := org.ID18(chi.URLParam(r, "org"))
		for _, one := range p.cfg.Orgs {
			if one.Org.ID() == id {
				show(w, r, one)
				return
			}
		}
		p.missing(w, "There is no such org here.")
	}
}

func (p *pages) frame(title string, o *org.Org, tab string) frame {
	f := frame{Title: title, Style: p.style, Tab: tab}
	if o != nil {
		f.Org = headingOf(o)
	}
	return f
}

func (p *pages) missing(w http.ResponseWriter, why string) {
	p.show(w, http.StatusNotFound, "missing.html", struct {
		frame
		Why string
	}{p.frame("Not found", nil, ""), why})
}

// show renders one page whole before it sends a byte of it.
func (p *pages) show(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "cannot render the page", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=UTF-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", p.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}
