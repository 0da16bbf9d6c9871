package patch

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"scimforce/scim/resource"
)

// Operations are compared here with scim-patch, which does PATCH in JavaScript,
// shares nothing with ours and knows no schemas. Each thing that it does
// otherwise is a difference with a name; the test knows how to say an operation,
// or to read the outcome, so that the difference is none (independent_said_test.go).

// differences are what scim-patch does otherwise than we do, and why we do not do
// the same.
var differences = map[string]string{
	"primary":        "it leaves several values primary; RFC 7644 section 3.5.2: a new primary takes it from the others",
	"whole element":  "it merges into a selected value; RFC 7644 section 3.5.2.3: a selected value is replaced",
	"described":      "it keeps the display of a value that changes; it would name somebody else (a manager, an address)",
	"same value":     "to it a value is there only if all it says is the same; RFC 7643 section 2.4: a value with its type is there once, and Entra sends no display",
	"listed":         "to it a listed value has to be the same in all it says to be removed; Entra lists members by value alone",
	"made":           "it makes a value by a selection only by one condition and for one sub-attribute; Entra selects by several",
	"not made":       "it makes a value that is selected by its value; such a value has to be there, and making one would grant something",
	"not there":      "it refuses to remove what is not there; Okta and Entra remove members who are gone",
	"without value":  "it leaves a value without its `value`; Microsoft's tests want the address gone",
	"nothing":        "to it null and \"\" are values; RFC 7643 section 2.5: null is no value, and Microsoft's tests empty by \"\"",
	"unassigned":     "it leaves empty objects and lists behind; RFC 7643 section 2.5: those are no values",
	"parts":          "without a path it replaces complex attributes, appends what is there already and takes paths for names; RFC 7644 section 3.5.2.1: sub-attributes that are not named stay, and Entra sends paths",
	"letters":        "to it names have a case; RFC 7643 section 2.1: they have none",
	"schema as path": "to it the URN of a schema is no path; Entra and Okta send it",
	"mutability":     "it knows no schemas; RFC 7644 section 3.5.2: what is readOnly, immutable or required is not changed",
}

// without says which differences an operation is to be said without.
type without map[string]bool

type question struct {
	Resource   any              `json:"resource"`
	Operations []map[string]any `json:"operations"`
}

type outcome struct {
	Resource map[string]any `json:"resource"`
	Error    string         `json:"error"`
}

// theirs asks scim-patch.
func theirs(t *testing.T, questions []question) []outcome {
	t.Helper()
	const installed = "../../.build/clients/npm/scim-patch/node_modules"
	modules, err := filepath.Abs(installed)
	if err == nil {
		_, err = os.Stat(filepath.Join(modules, "scim-patch"))
	}
	if err != nil {
		t.Fatalf("scim-patch is not installed, run `make needs`: %v", err)
	}
	input, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "node", "testdata/independent.js")
	command.Env = append(os.Environ(), "NODE_PATH="+modules)
	var stdout, stderr bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(input), &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var done []outcome
	if err := json.Unmarshal(stdout.Bytes(), &done); err != nil || len(done) != len(questions) {
		t.Fatalf("%d answers, %v", len(done), err)
	}
	return done
}

// compared is one operation on one resource, by ours.
type compared struct {
	before  map[string]any
	said    said
	after   map[string]any // nil when it is refused
	refused error
}

// walk makes random operations, each on what the one before has left.
func walk(t *testing.T, w writer, n int) []compared {
	t.Helper()
	typ := userType()
	var all []compared
	var r map[string]any
	for i := range n {
		if i%6 == 0 {
			r = w.resource()
		}
		c := compared{before: r, said: w.operation(r)}
		o := c.said.ours()
		operations, _, err := Parse(map[string]any{"Operations": []any{o}}, typ)
		if err == nil {
			c.after, err = Apply(r, operations, typ)
		}
		if c.refused = err; err == nil {
			r = c.after
		}
		all = append(all, c)
	}
	return all
}

func TestOperationsDoWhatAnIndependentPatchDoes(t *testing.T) {
	const operations = 1200
	names := slices.Sorted(maps.Keys(differences))
	all := without{}
	for _, name := range names {
		all[name] = true
	}
	ours := walk(t, writer{rand.New(rand.NewPCG(42, 1))}, operations)
	var questions []question
	var known []without
	for _, c := range ours {
		for i := -1; i < len(names); i++ {
			d := maps.Clone(all)
			if i >= 0 {
				delete(d, names[i])
			}
			questions = append(questions, question{c.before, c.said.theirs(c.before, d)})
			known = append(known, d)
		}
	}
	done := theirs(t, questions)
	agree := func(c compared, i int) bool {
		if c.refused != nil || done[i].Error != "" {
			return (c.refused != nil) == (done[i].Error != "")
		}
		return resource.Equal(c.after, c.said.read(c.before, done[i].Resource, known[i]))
	}
	refused, changed, seen := 0, 0, map[string]int{}
	for i, c := range ours {
		at := i * (len(names) + 1)
		if !agree(c, at) {
			t.Errorf("%s\non %s\nis %s %v\nof %s\ntheirs is %s %s", text(c.said.ours()), text(c.before), text(c.after), c.refused,
				text(questions[at].Operations), text(c.said.read(c.before, done[at].Resource, all)), done[at].Error)
		}
		for j, name := range names {
			if !agree(c, at+1+j) {
				seen[name]++
			}
		}
		switch {
		case c.refused != nil:
			refused++
		case !resource.Equal(c.before, c.after):
			changed++
		}
	}
	for _, name := range names {
		if seen[name] == 0 {
			t.Errorf("the difference %q was not seen: %s", name, differences[name])
		}
	}
	if changed < operations/2 || refused < operations/50 || refused > operations/4 {
		t.Errorf("of %d operations %d change something and %d are refused, which tells little", operations, changed, refused)
	}
}

func text(v any) string {
	s, _ := json.Marshal(v)
	return strings.ReplaceAll(string(s), enterprise, "EXT")
}

// writer makes random resources and operations, few texts often.
type writer struct{ *rand.Rand }

func (w writer) one(texts ...string) string { return texts[w.IntN(len(texts))] }

func (w writer) chance(n int) bool { return w.IntN(n) == 0 }

func (w writer) resource() map[string]any {
	r := map[string]any{"userName": "u", "groups": []any{map[string]any{"value": "g"}}}
	maybe := func(in map[string]any, name string) {
		if w.IntN(2) == 0 {
			in[name] = w.one("a", "b")
		}
	}
	maybe(r, "title")
	name, extension := map[string]any{}, map[string]any{}
	maybe(name, "givenName")
	maybe(name, "familyName")
	maybe(extension, "department")
	if w.chance(2) {
		extension["manager"] = map[string]any{"value": w.one("m", "n"), "displayName": "M"}
	}
	if len(name) > 0 {
		r["name"] = name
	}
	if len(extension) > 0 {
		r[enterprise] = extension
	}
	if w.chance(2) {
		r["urn:acme:More"] = map[string]any{"badge": "b"}
	}
	if emails := w.emails(false); len(emails) > 0 {
		r["emails"] = emails
	}
	return r
}

// emails are some addresses, each value once; at most one of them is primary
// unless several may be.
func (w writer) emails(several bool) []any {
	var list []any
	primary := w.IntN(3)
	for i, value := range []string{"a@x", "b@x", "c@x"} {
		if w.chance(2) {
			continue
		}
		e := map[string]any{"value": value}
		if w.IntN(3) > 0 {
			e["type"] = w.one("work", "home")
		}
		if w.chance(3) {
			e["display"] = w.one("A", "B")
		}
		if i == primary || several && w.chance(3) {
			e["primary"] = true
		}
		list = append(list, e)
	}
	return list
}

// selection is what stands between brackets: conditions that must all hold.
func (w writer) selection() []term {
	if w.chance(4) {
		return []term{{"value", w.one("a@x", "d@x")}}
	}
	terms := []term{{"type", w.one("work", "home", "other")}}
	if w.chance(4) {
		terms = append(terms, term{"display", w.one("A", "B")})
	}
	return terms
}

// operation makes one operation.
func (w writer) operation(r map[string]any) said {
	s := said{op: w.one("add", "add", "replace", "replace", "remove"), capitals: w.chance(5)}
	if s.op != "remove" && w.chance(4) {
		s.pathless = true
		for range 1 + w.IntN(3) {
			if c := w.change(s.op); !slices.ContainsFunc(s.changes, c.touches) {
				s.changes = append(s.changes, c)
			}
		}
		return s
	}
	s.changes = []change{w.change(s.op)}
	return s
}

func (w writer) change(op string) change {
	c := change{op: op}
	value := func(v any) any {
		if w.chance(8) {
			return w.nothing()
		}
		return v
	}
	switch w.IntN(16) {
	case 0:
		c.attribute, c.path, c.value = "title", "title", value(w.one("a", "b"))
	case 1:
		c.attribute, c.path, c.value = "name", "name."+w.one("givenName", "familyName"), value(w.one("a", "b"))
	case 2:
		c.attribute, c.path = "name", "name"
		c.value = map[string]any{w.one("givenName", "familyName"): w.one("a", "b")}
	case 3:
		c.attribute, c.path, c.value = "department", enterprise+":department", value(w.one("a", "b"))
	case 4:
		c.attribute, c.path = "manager", enterprise+":manager"
		c.value = map[string]any{"value": w.one("m", "n")}
	case 5:
		c.attribute, c.path, c.value = "manager", enterprise+":manager.value", w.one("m", "n")
	case 6:
		c.attribute, c.path, c.value = "extension", enterprise, map[string]any{"department": w.one("a", "b"), "manager": map[string]any{"value": w.one("m", "n")}}
	case 7:
		switch w.IntN(3) {
		case 0:
			c.attribute, c.path, c.value = "groups", "groups", []any{map[string]any{"value": "h"}}
		case 1:
			c.attribute, c.path, c.value = "badge", "urn:acme:More:badge", "c"
		default:
			c.attribute, c.path, c.value = "userName", "userName", "v"
		}
	case 8, 9, 10:
		c.attribute, c.path = "emails", "emails"
		if list := w.emails(true); len(list) > 0 {
			c.value = list
		}
	case 11:
		c.attribute, c.path, c.sub = "emails", "emails", w.one("type", "display")
		c.value = w.one("work", "A")
	default:
		c.attribute, c.path, c.selection = "emails", "emails", w.selection()
		switch w.IntN(5) {
		case 0:
			e := map[string]any{"value": w.one("a@x", "e@x")}
			if w.chance(2) {
				e["display"] = "N"
			}
			if w.chance(3) {
				e["primary"] = true
			}
			c.value = e
		case 1:
			c.sub, c.value = "display", w.one("A", "B")
		case 2:
			c.sub, c.value = "primary", true
		default:
			c.sub, c.value = "value", value(w.one("a@x", "e@x"))
		}
	}
	return c
}

func (w writer) nothing() any {
	if w.chance(2) {
		return nil
	}
	return ""
}
