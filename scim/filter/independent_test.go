package filter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"scimforce/scim/resource"
)

// The filters here are compared with scim2-parse-filter, a parser and evaluator
// in JavaScript that shares nothing with ours and knows no schemas. Each thing
// that it decides otherwise is a difference with a name; the test knows how to
// say a filter so that the difference is none.

// differences are what scim2-parse-filter decides otherwise than we do, and why
// we do not do the same.
var differences = map[string]string{
	"letters":      "it compares texts with regard to case; RFC 7643 section 2.2: not unless the attribute is caseExact",
	"absent":       "to it an absent attribute is not unequal to anything; Entra and Okta look with ne for those who lack a value, and `not (x eq v)` says the same",
	"empty":        "to it an empty text is a value; RFC 7644 table 3: pr holds for a non-empty value",
	"complex":      "it compares a complex attribute as a whole; RFC 7644 section 3.4.2.2: emails co \"x\" is about the value",
	"same element": "to it emails[type eq \"work\" and value eq \"x\"] holds when one element has the type and another the value, and so does Entra's emails[type eq \"work\"].value eq \"x\"; RFC 7644 section 3.4.2.2: the brackets are about one element",
	"booleans":     "to it \"True\" is not true; Entra sends booleans as texts",
	"times":        "it compares times as texts; RFC 7644 table 3: by time",
	"escapes":      "to it a backslash escapes a quote alone; RFC 7644 section 3.4.2.2: texts are those of JSON",
	"no quotes":    "it refuses texts without quotes; samples of Entra's documentation have them",
	"null":         "to it x eq null holds for a null in the resource; here null is as absent (RFC 7643 section 2.5)",
}

// without says which differences a filter or a resource is to be said without.
type without map[string]bool

// said is a filter as it is written without some differences.
type said func(without) string

// writer makes random filters and resources, few texts often.
type writer struct{ *rand.Rand }

func (w writer) one(texts ...string) string { return texts[w.IntN(len(texts))] }

func (w writer) text() string {
	return w.one("ada", "Ada", "ADA.l", "bob", "a", "B", "work", "home", "", "ü", "Ü b", `a\b`, `say "a"`, "new")
}

func (w writer) time() time.Time {
	return time.Date(2026, 1, 1, w.IntN(2), 0, w.IntN(2), w.IntN(2)*int(500*time.Millisecond), time.UTC)
}

const plainTime = "2006-01-02T15:04:05.000Z"

func (w writer) resource() map[string]any {
	r := map[string]any{"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:User"}}
	maybe := func(in map[string]any, name string) {
		if w.IntN(3) > 0 {
			in[name] = w.text()
		}
	}
	name, extension := map[string]any{}, map[string]any{}
	maybe(r, "userName")
	maybe(r, "externalId")
	maybe(r, "title")
	maybe(name, "givenName")
	maybe(extension, "department")
	if w.IntN(2) == 0 {
		extension["manager"] = map[string]any{"value": w.text()}
	}
	if w.IntN(3) > 0 {
		r["active"] = w.IntN(2) == 0
	}
	r["name"], r[enterprise] = name, extension
	r["meta"] = map[string]any{"created": w.time().Format(plainTime)}
	var emails []any
	for range w.IntN(mostEmails + 1) {
		e := map[string]any{}
		maybe(e, "value")
		maybe(e, "type")
		if len(e) > 0 {
			emails = append(emails, e)
		}
	}
	if emails != nil {
		r["emails"] = emails
	}
	return r
}

func (w writer) filter(depth int) said {
	if depth == 0 || w.IntN(4) == 0 {
		return w.condition()
	}
	left, right := w.filter(depth-1), w.filter(depth-1)
	switch w.IntN(6) {
	case 0:
		return func(d without) string { return left(d) + " and " + right(d) }
	case 1:
		return func(d without) string { return left(d) + " or " + right(d) }
	case 2:
		return func(d without) string { return "(" + left(d) + ") AND (" + right(d) + ")" }
	case 3:
		return func(d without) string { return "(" + left(d) + " or " + right(d) + ")" }
	case 4:
		return func(d without) string { return "not (" + left(d) + ")" }
	default:
		return w.inBrackets()
	}
}

func (w writer) condition() said {
	switch w.IntN(12) {
	case 0:
		literal := w.one("true", "false", `"True"`, `"false"`)
		operator := w.one("eq", "ne")
		return unequal("active", operator, func(d without) string {
			if d["booleans"] {
				return strings.ToLower(strings.Trim(literal, `"`))
			}
			return literal
		})
	case 1:
		at := w.time()
		literal := at.In(time.FixedZone("", w.IntN(2)*3600)).Format(time.RFC3339Nano)
		operator := w.one("eq", "ne", "gt", "ge", "lt", "le")
		return func(d without) string {
			if d["times"] {
				return "meta.created " + operator + ` "` + at.Format(plainTime) + `"`
			}
			return "meta.created " + operator + ` "` + literal + `"`
		}
	case 2:
		path := w.one("emails", enterprise+":manager")
		compared := w.compared("?")
		return func(d without) string {
			if d["complex"] {
				return strings.ReplaceAll(compared(d), "?", path+".value")
			}
			return strings.ReplaceAll(compared(d), "?", path)
		}
	case 3:
		kind, compared := w.one("work", "home"), w.compared("?")
		null := compared(nil) == "? eq null"
		return func(d without) string {
			last := strings.ReplaceAll(compared(d), "?", "value")
			if null && d["null"] { // no element of that type has a value
				some := `type eq "` + kind + `" and value ne ""`
				if d["same element"] {
					return "not (" + oneElement(some) + ")"
				}
				return "not (emails[" + some + "])"
			}
			if d["same element"] {
				return oneElement(`type eq "` + kind + `" and ` + last)
			}
			return `emails[type eq "` + kind + `"].` + last
		}
	case 4:
		return w.inBrackets()
	}
	return w.compared(w.one("userName", "USERNAME", "externalId", "title", "name.givenName", "name.GivenName", "emails.value", "emails.type", enterprise+":department", enterprise+":manager.value"))
}

func (w writer) inBrackets() said {
	a, b := w.compared(w.one("value", "type")), w.compared(w.one("value", "type"))
	form := w.one("%[1]s%.0[2]s", "%s and %s", "%s or %s", "not (%s) and %s")
	return func(d without) string {
		inside := fmt.Sprintf(form, a(d), b(d))
		if d["same element"] {
			return oneElement(inside)
		}
		return "emails[" + inside + "]"
	}
}

// mostEmails is how many e-mail addresses a resource has. Without the difference
// of elements each is an attribute of its own, too.
const mostEmails = 3

func oneElement(inside string) string {
	var all []string
	for i := range mostEmails {
		all = append(all, fmt.Sprintf("email%d[%s]", i, inside))
	}
	return "(" + strings.Join(all, " or ") + ")"
}

// compared compares a text, or asks whether there is one.
func (w writer) compared(path string) said {
	caseExact := strings.EqualFold(path, "externalId")
	present := func(d without) string {
		if d["empty"] {
			return path + ` ne ""`
		}
		return path + " pr"
	}
	switch w.IntN(14) {
	case 0, 1:
		return present
	case 2:
		return func(d without) string {
			if d["null"] {
				return "not (" + present(d) + ")"
			}
			return path + " eq null"
		}
	}
	text := w.text()
	operator := w.one("eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")
	bare := w.IntN(6) == 0 && text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r < 'A' || r > 'z' || r == '\\' })
	return unequal(path, operator, func(d without) string {
		literal := text
		if d["letters"] && !caseExact {
			literal = strings.ToLower(literal)
		}
		switch {
		case bare && !d["no quotes"]:
			return literal
		case d["escapes"]:
			return `"` + strings.ReplaceAll(literal, `"`, `\"`) + `"`
		default:
			return quote(literal)
		}
	})
}

// unequal says a comparison; ne also holds for what is absent.
func unequal(path, operator string, literal said) said {
	return func(d without) string {
		compared := path + " " + operator + " " + literal(d)
		if operator == "ne" && d["absent"] {
			return "(" + compared + " or not (" + path + " pr))"
		}
		return compared
	}
}

// askable is a resource as theirs is given it.
func askable(r map[string]any, d without) any {
	r, _ = resourceWithout(r, d).(map[string]any)
	emails, _ := r["emails"].([]any)
	for i, e := range emails {
		r[fmt.Sprint("email", i)] = e
	}
	return r
}

// resourceWithout is a resource with the texts that theirs needs to compare them
// as ours does.
func resourceWithout(v any, d without) any {
	switch v := v.(type) {
	case map[string]any:
		out := maps.Clone(v)
		for name, value := range v {
			if text, ok := value.(string); ok && d["letters"] && name != "externalId" && name != "created" {
				value = strings.ToLower(text)
			}
			out[name] = resourceWithout(value, d)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = resourceWithout(e, d)
		}
		return out
	default:
		return v
	}
}

type question struct {
	Filter   string `json:"filter"`
	Resource any    `json:"resource"`
}

// theirs asks scim2-parse-filter: for each question true, false or an error.
func theirs(t *testing.T, questions []question) []any {
	t.Helper()
	const installed = "../../.build/clients/npm/scim-filter/node_modules"
	modules, err := filepath.Abs(installed)
	if err == nil {
		_, err = os.Stat(filepath.Join(modules, "scim2-parse-filter"))
	}
	if err != nil {
		t.Fatalf("scim2-parse-filter is not installed, run `make needs`: %v", err)
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
	var decided []any
	if err := json.Unmarshal(stdout.Bytes(), &decided); err != nil || len(decided) != len(questions) {
		t.Fatalf("%d answers, %v", len(decided), err)
	}
	return decided
}

func TestFiltersAreDecidedAsAnIndependentParserDoes(t *testing.T) {
	const filters = 700
	w := writer{rand.New(rand.NewPCG(42, 1))}
	typ := userType()
	names := slices.Sorted(maps.Keys(differences))
	all := without{}
	for _, name := range names {
		all[name] = true
	}
	var ours []bool
	var texts []string
	var questions []question
	for range filters {
		f, r := w.filter(3), w.resource()
		texts = append(texts, f(nil))
		e, err := Parse(f(nil))
		if err != nil {
			t.Fatalf("%s: %v", f(nil), err)
		}
		holds, err := Match(e, typ, resource.Clone(r))
		if err != nil {
			t.Fatalf("%s: %v", f(nil), err)
		}
		ours = append(ours, holds)
		questions = append(questions, question{f(all), askable(r, all)})
		for _, name := range names {
			but := maps.Clone(all)
			delete(but, name)
			questions = append(questions, question{f(but), askable(r, but)})
		}
	}
	decided := theirs(t, questions)
	true_, seen := 0, map[string]int{}
	for i, holds := range ours {
		answers := decided[i*(len(names)+1) : (i+1)*(len(names)+1)]
		if holds {
			true_++
		}
		if answers[0] != holds {
			q := questions[i*(len(names)+1)]
			r, _ := json.Marshal(q.Resource)
			t.Errorf("%s\nis %v; of %s theirs is %v, over %s", texts[i], holds, q.Filter, answers[0], r)
		}
		for j, name := range names {
			if answers[j+1] != holds {
				seen[name]++
			}
		}
	}
	for _, name := range names {
		if seen[name] == 0 {
			t.Errorf("the difference %q was not seen: %s", name, differences[name])
		}
	}
	if true_ < filters/5 || true_ > filters*4/5 {
		t.Errorf("%d of %d filters hold, which tells little", true_, filters)
	}
}
