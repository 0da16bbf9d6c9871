package browsertest

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Page is a tab with cookies of its own. What goes wrong with it ends the test.
type Page struct {
	t       testing.TB
	browser *Browser
	ctx     context.Context

	mu       sync.Mutex
	troubles []string // what the browser complained of, and requests that went elsewhere
	seen     []string // every document's text that Open, Press and the checks saw
}

// Page opens a tab, which is closed with the test, as wide as a desk's screen.
func (b *Browser) Page(t testing.TB) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &Page{t: t, browser: b, ctx: ctx}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	p.run("listen to the tab", command(log.Enable, cdp.Empty{}), command(network.Enable, network.EnableParams{}), command(runtime.Enable, cdp.Empty{}))
	p.Desktop()
	return p
}

// run does something with the page within its time.
func (p *Page) run(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// ask does something with the page and returns what it answers.
func ask[T any](p *Page, what string, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	answer, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return answer
}

// command is a command of the protocol whose answer says nothing.
func command[P any](c cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, c, params)
		return err
	})
}

// evaluate runs a script in the page and returns what it answers.
func evaluate[T any](p *Page, script string) T {
	p.t.Helper()
	return ask(p, "ask the page", chromedp.Evaluate[T](script))
}

// listen is told by the browser's own goroutine and may not ask it anything.
func (p *Page) listen(event any) {
	switch e := event.(type) {
	case *log.EventEntryAdded:
		// A page that is an error says so by its status, which is no mistake of the page.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			p.complain(string(e.Entry.Source) + ": " + e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		p.complain("script: " + e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			p.complain("the console holds an error")
		}
	case *network.EventRequestWillBeSent:
		if !isLocal(e.Request.URL) {
			p.complain("it asks " + e.Request.URL)
		}
	}
}

func (p *Page) complain(trouble string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.troubles = append(p.troubles, trouble)
}

// takeTroubles returns what was complained of and forgets it.
func (p *Page) takeTroubles() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := slices.Compact(p.troubles)
	p.troubles = nil
	return taken
}

// isLocal says whether a request stays on this machine.
func isLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "data", "about", "blob":
		return true
	}
	return u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost"
}

// Open loads an address and waits for it; any HTTP status is good.
func (p *Page) Open(address string) {
	p.t.Helper()
	p.load("open "+address, chromedp.Navigate(address))
}

// Press presses the button or link with the id, which leads to another document,
// and waits for that.
func (p *Page) Press(id string) {
	p.t.Helper()
	p.load("press #"+id, chromedp.Click(chromedp.ID(id)))
}

// PressUntil presses what leads through several documents, some by themselves, and
// waits until what the selector names is seen.
func (p *Page) PressUntil(id, selector string) {
	p.t.Helper()
	p.run("press #"+id, chromedp.Click(chromedp.ID(id)))
	p.WaitFor(selector)
	p.keep()
}

// load does what leads to another document, waits for it and keeps its source.
func (p *Page) load(what string, action chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, action); err != nil {
		p.t.Fatalf("%s: %v\nthe page is %s", what, err, p.Address())
	}
	p.keep()
}

// keep remembers the source of the document.
func (p *Page) keep() {
	p.t.Helper()
	source := p.Source()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, source)
}

// Cookies are the values that the browser would send to the page's host, by name,
// also those that no script may read.
func (p *Page) Cookies() map[string]string {
	p.t.Helper()
	found := ask(p, "read the cookies", chromedp.Action[network.GetCookiesResult](func(ctx context.Context, target *chromedp.Target) (network.GetCookiesResult, error) {
		return cdp.Call(ctx, target, network.GetCookies, network.GetCookiesParams{})
	}))
	values := map[string]string{}
	for _, cookie := range found.Cookies {
		values[cookie.Name] = cookie.Value
	}
	return values
}

// Fill types into the field with the id, whatever it held. chromedp's Clear changes
// an attribute of the field, and its SendKeys reads the attributes while they
// change: a data race of its own.
func (p *Page) Fill(id, value string) {
	p.t.Helper()
	p.run("focus on #"+id, chromedp.WaitVisible(chromedp.ID(id)), chromedp.Focus(chromedp.ID(id)))
	evaluate[string](p, `document.activeElement.value = ""`)
	p.run("fill in #"+id, chromedp.KeyEvent(value))
}

// Choose takes an option of the select element with the id.
func (p *Page) Choose(id, value string) {
	p.t.Helper()
	p.run("choose in #"+id, chromedp.SetValue(chromedp.ID(id), value))
}

// Click clicks what has the id and stays on the document: a radio button, a
// check box, a summary.
func (p *Page) Click(id string) {
	p.t.Helper()
	p.run("click #"+id, chromedp.Click(chromedp.ID(id)))
}

// WaitFor waits until what the selector names is seen.
func (p *Page) WaitFor(selector string) {
	p.t.Helper()
	p.run("wait for "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// Text is what a person reads of the first element that the selector names.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return strings.TrimSpace(ask(p, "read "+selector, chromedp.Text(chromedp.CSS(selector))))
}

// Value is what the field with the id holds.
func (p *Page) Value(id string) string {
	p.t.Helper()
	return ask(p, "read the value of #"+id, chromedp.Value(chromedp.ID(id)))
}

// Has says whether the document has what the selector names, seen or not.
func (p *Page) Has(selector string) bool {
	p.t.Helper()
	return evaluate[bool](p, "document.querySelector("+strconv.Quote(selector)+") !== null")
}

// Address is where the page is.
func (p *Page) Address() string {
	p.t.Helper()
	return ask(p, "read the address", chromedp.Location())
}

// Source is the document as it stands, with all that its scripts made of it.
func (p *Page) Source() string {
	p.t.Helper()
	return evaluate[string](p, "document.documentElement.outerHTML")
}

// Seen are the sources of all documents that Open and Press led to.
func (p *Page) Seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

// Desktop makes the window as wide as a desk's screen.
func (p *Page) Desktop() {
	p.t.Helper()
	p.run("widen the window", chromedp.EmulateViewport(1200, 900))
}

// Phone makes the window that of a phone.
func (p *Page) Phone() {
	p.t.Helper()
	p.run("narrow the window", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
}

// Dark says whether the person prefers dark pages. A page begins light.
func (p *Page) Dark(dark bool) {
	p.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	p.run("prefer "+scheme, command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}))
}

// WithoutScript lets no script of the documents to come run. The kit itself can
// still ask.
func (p *Page) WithoutScript() {
	p.t.Helper()
	p.run("switch scripts off", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}
