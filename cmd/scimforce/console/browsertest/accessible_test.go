package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// good is a page with nothing wrong; each case breaks one thing.
const good = `<!DOCTYPE html><html lang="en"><head><title>Good</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>a, button, input, p { max-width: 100%; } a { color: LinkText; }</style></head><body><main><h1>Heading</h1>
<p id="text">Text with a <a href="/">link</a></p>
<h2>Form</h2><form><fieldset><legend>Kind</legend><label><input type="radio" name="kind" value="a"> One</label>
<label><input type="radio" name="kind" value="b"> Other</label></fieldset>
<label for="field">Field</label> <input id="field" name="field"> <input type="hidden" name="token" value="x"><button id="go">Go</button></form>
<details><summary>More</summary><p>Inner <a href="/inner">link</a></p></details>
<table><tr><th>Name</th></tr><tr><td>Ada</td></tr></table><img src="data:," alt="">
</main></body></html>`

func TestEachCheckFindsThePageThatFailsIt(t *testing.T) {
	browser := New(t)
	cases := []struct{ name, old, new, want string }{
		{"a page with nothing wrong", "", "", ""},
		{"no language", ` lang="en"`, ``, "lang: "},
		{"no title", "<title>Good</title>", "", "title: the document has none"},
		{"two pages of one title", "<h1>Heading</h1>", "<h1>Another</h1>", "title: \"Good\" is also"},
		{"no main landmark", "<main>", "<div>", "main: 0"},
		{"two main landmarks", "<h2>", "<main></main><h2>", "main: 2"},
		{"no first heading", "<h1>Heading</h1>", "", "h1: 0"},
		{"two first headings", "<h2>Form</h2>", "<h1>Form</h1>", "h1: 2"},
		{"a level skipped", "<h2>Form</h2>", "<h3>Form</h3>", "heading order: "},
		{"an empty heading", "<h2>Form</h2>", "<h2></h2>", "heading: "},
		{"the same id twice", `id="go"`, `id="field"`, "duplicate id: field"},
		{"a description that is not there", `id="go"`, `id="go" aria-describedby="gone"`, "dangling id: "},
		{"a field without a label", `<label for="field">Field</label>`, "", "label: input#field"},
		{"a label without words", `<label for="field">Field</label>`, `<label for="field"></label>`, "label: input#field"},
		{"a picture without a text", ` alt=""`, "", "alt: img"},
		{"a drawing without a name", "<h2>", "<svg></svg><h2>", "alt: an svg"},
		{"a button without a name", ">Go<", "><", "name: button#go"},
		{"a link without a name", ">link</a></p>\n", "></a></p>\n", "name: a"},
		{"a group without a legend", "<legend>Kind</legend>", "", "legend: "},
		{"a table without headers", "<th>Name</th>", "<td>Name</td>", "table: "},
		{"an element before all others", `id="go"`, `id="go" tabindex="1"`, "tabindex: button#go"},
		{"the keyboard led another way", `id="go"`, `id="go" tabindex="1"`, "tab order: "},
		{"grey on white", `id="text"`, `style="color: #888; background: #fff"`, "contrast: p"},
		{"grey by opacity", `id="text"`, `style="color: #000; background: #fff"><span style="opacity: .4">pale</span`, "contrast: span"},
		{"black on dark only", `id="text"`, `style="color: #000"`, "contrast: p"},
		{"text on a picture", `id="text"`, `style="background: linear-gradient(red, blue)"`, "contrast: p"},
		{"a focus that is not seen", "</style>", ":focus { outline: none }</style>", "focus: "},
		{"a link that is not reached", "</main>", `<button id="trap" onfocus="this.blur()">Trap</button></main>`, "keyboard: Tab does not reach button#trap"},
		{"wider than a phone", `id="text"`, `style="width: 400px; max-width: none"`, "width: "},
		{"a script that fails", "</main>", "<script>throw new Error('broken')</script></main>", "browser: script"},
		{"an error in the console", "</main>", "<script>console.error('broken')</script></main>", "browser: the console"},
		{"what the policy forbids", "</main>", `<link rel="stylesheet" href="/style.css"></main>`, "browser: security: "},
		{"another host", "</main>", `<img alt="" src="http://elsewhere.example/x.png"></main>`, "browser: it asks http://elsewhere.example/x.png"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		var i int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &i); err != nil || i >= len(cases) {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Security-Policy", "style-src 'unsafe-inline'; img-src *  data:; script-src 'unsafe-inline'")
		_, _ = fmt.Fprint(w, strings.Replace(good, cases[i].old, cases[i].new, 1))
	}))
	t.Cleanup(server.Close)
	page := browser.Page(t)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(good, c.old) {
				t.Fatalf("the good page does not hold %s", c.old)
			}
			page.Open(fmt.Sprintf("%s/%d", server.URL, i))
			found := page.problems()
			if c.want == "" {
				if len(found) > 0 {
					t.Errorf("found %q", found)
				}
				return
			}
			if !slices.ContainsFunc(found, func(problem string) bool { return strings.HasPrefix(problem, c.want) }) {
				t.Errorf("found %q, which has no %q", found, c.want)
			}
		})
	}
}
