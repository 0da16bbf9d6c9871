package conformance

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"scimforce/scim/scimtest"
)

// seeIt is the last column of a table of docs/scim.md: a request, and the
// status that it is answered with.
var seeIt = regexp.MustCompile("^`([A-Z]+) (\\S+)( \\{.*\\})?`(?: with `([A-Z][A-Za-z-]+: [^`]+)`)? → (\\d{3})$")

// line is a row of docs/scim.md.
type line struct {
	section, what string
	method, path  string
	body          string
	header        string // "Name: value", "" for none
	status        string
}

// promises reads the rows of docs/scim.md.
func promises(t *testing.T) []line {
	t.Helper()
	text, err := os.ReadFile("../../docs/scim.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []line
	document := ""
	for row := range strings.SplitSeq(string(text), "\n") {
		if title, ok := strings.CutPrefix(row, "## "); ok {
			document, _, _ = strings.Cut(title, ":")
		}
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(row, "| "), " |"), " | ")
		if !strings.HasPrefix(row, "| ") || cells[0] == "Section" {
			continue
		}
		if len(cells) != 3 {
			t.Fatalf("docs/scim.md: a row of %d cells: %s", len(cells), row)
		}
		m := seeIt.FindStringSubmatch(cells[2])
		if m == nil {
			t.Fatalf("docs/scim.md: %s %s: %q is no request with a status", document, cells[0], cells[2])
		}
		all = append(all, line{section: document + " " + cells[0], what: cells[1], method: m[1], path: m[2], body: strings.TrimSpace(m[3]), header: m[4], status: m[5]})
	}
	return all
}

// TestEveryLineOfTheDocumentationIsSo sends each request of docs/scim.md to a
// bridge of its own.
func TestEveryLineOfTheDocumentationIsSo(t *testing.T) {
	for i, l := range promises(t) {
		t.Run(fmt.Sprintf("%d %s", i+1, l.section), func(t *testing.T) {
			t.Parallel()
			s, base := scimtest.Serve(t)
			fill := people(t, newClient(s))
			r, err := http.NewRequestWithContext(t.Context(), l.method, base+strings.ReplaceAll(fill.Replace(l.path), `"`, "%22"), strings.NewReader(fill.Replace(l.body)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+scimtest.Token)
			if l.body != "" {
				r.Header.Set("Content-Type", "application/scim+json")
			}
			if name, value, ok := strings.Cut(l.header, ": "); ok {
				r.Header.Set(name, value)
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			if fmt.Sprint(answer.StatusCode) != l.status {
				t.Errorf("%s\n%s %s %s: status %d, documented is %s", l.what, l.method, l.path, l.body, answer.StatusCode, l.status)
			}
		})
	}
}

// people are who the placeholders of docs/scim.md stand for.
func people(t *testing.T, c *client) *strings.Replacer {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Fatal(p)
		}
	}()
	one, other := c.make("/Users", c.person(nil)), c.make("/Users", c.person(nil))
	group := c.make("/Groups", object{"schemas": []any{groupURN}, "displayName": "Documented", "members": []any{object{"value": other["id"]}}})
	text := func(o object, name string) string { return fmt.Sprint(o[name]) }
	return strings.NewReplacer("{id}", text(one, "id"), "{userName}", text(one, "userName"), "{other}", text(other, "id"), "{group}", text(group, "id"))
}

// TestTheDocumentationSpeaksOfEverySection wants a line for each section that
// says something of what a service provider does.
func TestTheDocumentationSpeaksOfEverySection(t *testing.T) {
	spoken := map[string]bool{}
	for _, l := range promises(t) {
		spoken[l.section] = true
	}
	for document, sections := range map[string]string{
		"RFC 7643": "2.1 2.2 2.3 2.4 2.5 3.1 3.3 4.1 4.2 4.3 5 6 7",
		"RFC 7644": "2 3.1 3.3 3.4.1 3.4.2 3.4.2.1 3.4.2.2 3.4.2.3 3.4.2.4 3.4.2.5 3.4.3 3.5.1 3.5.2 3.5.2.1 3.5.2.2 3.5.2.3 3.6 3.7 3.10 3.11 3.12 3.14 4 7.5.2",
		"RFC 9865": "2 2.1 3 4",
	} {
		for section := range strings.FieldsSeq(sections) {
			if !spoken[document+" "+section] {
				t.Errorf("docs/scim.md says nothing of %s section %s", document, section)
			}
		}
	}
}
