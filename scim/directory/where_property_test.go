package directory

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/filter"
	"scimforce/scim/mapping"
	"scimforce/scim/resource"
)

// filterMaker writes random filters over attributes and values that occur, so
// that they often hold for some and not for others.
type filterMaker struct {
	*rand.Rand
	attributes []filtered
}

// filtered is an attribute with the operators that fit it.
type filtered struct {
	path      string
	operators string
	values    []string // as literals
}

const textOperators = "eq ne co sw ew pr eq co sw"

func (m *filterMaker) filter(depth int) string {
	if depth == 0 || m.IntN(3) == 0 {
		return m.condition()
	}
	switch m.IntN(5) {
	case 0, 1:
		return "(" + m.filter(depth-1) + ") and (" + m.filter(depth-1) + ")"
	case 2, 3:
		return "(" + m.filter(depth-1) + ") or (" + m.filter(depth-1) + ")"
	default:
		return "not (" + m.filter(depth-1) + ")"
	}
}

func (m *filterMaker) condition() string {
	a := m.attributes[m.IntN(len(m.attributes))]
	operators := strings.Fields(a.operators)
	operator := operators[m.IntN(len(operators))]
	if operator == "pr" {
		return a.path + " pr"
	}
	value := a.values[m.IntN(len(a.values))]
	if text, err := filter.Parse("x eq " + value); err == nil && operator != "eq" && operator != "ne" && a.operators == textOperators {
		// A part of the text, which need not be there.
		if s, ok := text.(filter.Compare).Value.(string); ok && s != "" {
			runes := []rune(s)
			from := m.IntN(len(runes))
			to := from + 1 + m.IntN(min(4, len(runes)-from))
			switch operator {
			case "sw":
				runes = runes[:to-from]
			case "ew":
				runes = runes[len(runes)-(to-from):]
			default:
				runes = runes[from:to]
			}
			value = quoted(string(runes))
		}
	}
	if m.IntN(3) == 0 { // texts are compared without regard to case, mostly
		value = strings.ToUpper(value)
	}
	if attribute, sub, ok := strings.Cut(a.path, "."); ok && !strings.HasPrefix(a.path, "urn:") && m.IntN(3) == 0 && (attribute == "emails" || attribute == "phoneNumbers" || attribute == "addresses" || attribute == "members") {
		inner := sub + " " + operator + " " + value
		if m.IntN(2) == 0 {
			inner = `type eq ` + quoted(map[bool]string{true: "User", false: "work"}[attribute == "members"]) + ` and ` + inner
		}
		return attribute + "[" + inner + "]"
	}
	return a.path + " " + operator + " " + value
}

// quoted is a text as a filter has it.
func quoted(s string) string {
	return filter.Compare{Operator: filter.Eq, Value: s}.String()[len(" eq "):]
}

func quotedAll(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = quoted(s)
	}
	return out
}

// crowd fills an org with people of random attributes, of whom some were made
// over SCIM with values that Salesforce has no place for, some are frozen, and
// some were deleted.
func crowd(t testing.TB, h *house, r *rand.Rand, known int) {
	t.Helper()
	pick := func(values ...string) any {
		if s := values[r.IntN(len(values))]; s != "" {
			return s
		}
		return nil
	}
	all := h.visibleIDs()
	for i, id := range all {
		if id == h.org.AdminID() {
			continue
		}
		fields := map[string]any{
			"Title":          pick("", "", "Chief", "chief of staff", `O'Hara "Q"`, "50%_off", `back\slash`, "Ünïcode"),
			"Division":       pick("", "North", "South_East", "100%"),
			"EmployeeNumber": pick("", fmt.Sprint("E", i%500)),
			"MobilePhone":    pick("", "+44 20 7946 0"+fmt.Sprint(i%100)),
			"City":           pick("", "Paris", "São Paulo", "O'Fallon"),
			"FirstName":      pick("", "Ada", "Zoë", "Jean-Luc"),
			"IsActive":       r.IntN(5) > 0,
		}
		if i%7 == 0 {
			fields["ManagerId"] = all[r.IntN(len(all))]
		}
		h.directly("User", id, fields)
	}
	for i := range known {
		who := all[1+i*(len(all)-1)/known]
		row := h.row("User", who)
		echo := mapping.Echo{"externalId": {Sent: fmt.Sprint([]string{"Ext-", "ext-", "00u"}[i%3], i%40)}}
		if i%2 == 0 {
			echo["displayName"] = mapping.Remembered{Sent: fmt.Sprintf("Displayed %d'%%", i%9), Held: row["Name"]}
		}
		if i%3 == 0 {
			echo["emails"] = mapping.Remembered{Held: row["Email"], Sent: []any{
				map[string]any{"value": strings.ToUpper(row["Email"].(string)), "type": "work", "primary": true},
				map[string]any{"value": fmt.Sprintf("p%d@home.example", i%20), "type": "home"},
			}}
		}
		if i%5 == 0 {
			echo["name.honorificPrefix"] = mapping.Remembered{Sent: []string{"Dr.", "Prof_"}[i%2]}
			echo["title"] = mapping.Remembered{Sent: "stale", Held: "nothing that is held"}
			echo[mapping.SalesforceURN+":profile"] = mapping.Remembered{Sent: "Own", Held: row["ProfileId"]}
			echo[mapping.SalesforceURN+":role"] = mapping.Remembered{Sent: "sent", Held: row["UserRoleId"]}
		}
		if err := h.store.remember(t.Context(), who, echo); err != nil {
			t.Fatal(err)
		}
		if i%20 == 0 {
			h.login(who)
			login, ok := h.org.Find("UserLogin", h.query("SELECT Id FROM UserLogin WHERE UserId = '" + who + "'")[0].ID())
			if !ok {
				t.Fatal("no login")
			}
			h.directly("UserLogin", login["Id"].(string), map[string]any{"IsFrozen": true})
		}
	}
	for i := range 3 {
		if err := h.DeleteUser(t.Context(), all[len(all)/2+i], nil); err != nil {
			t.Fatal(err)
		}
	}
}

// overUsers makes filters over a crowd.
func overUsers(r *rand.Rand, everybody []map[string]any) *filterMaker {
	some := func(path ...string) []string {
		var all []string
		for range 12 {
			if s, ok := at(everybody[r.IntN(len(everybody))], path...).(string); ok && s != "" {
				all = append(all, s)
			}
		}
		return append(quotedAll(all), `"x'\\%_"`)
	}
	texts := func(path string, values ...string) filtered { return filtered{path, textOperators, quotedAll(values)} }
	var times []string
	for range 6 {
		at, _ := time.Parse(time.RFC3339, at(everybody[r.IntN(len(everybody))], "meta", "created").(string))
		times = append(times, quoted(at.Format(time.RFC3339)), quoted(at.Add(500*time.Millisecond).In(time.FixedZone("", 7200)).Format(time.RFC3339Nano)))
	}
	return &filterMaker{r, []filtered{
		{"userName", textOperators, some("userName")},
		{"userName", textOperators, some("userName")},
		{"name.familyName", textOperators, some("name", "familyName")},
		{"displayName", textOperators, append(some("displayName"), `"displayed 4'%"`)},
		{"nickName", textOperators, some("nickName")},
		{"id", "eq ne pr eq", some("id")},
		texts("title", "Chief", "chief of staff", `O'Hara "Q"`, "50%_off", `back\slash`, "Ünïcode", "stale", ""),
		texts("name.givenName", "Ada", "Zoë", "Jean-Luc"), texts("externalId", "Ext-7", "ext-8", "00u6", "EXT-7"), texts("name.honorificPrefix", "Dr.", "prof_"),
		texts("emails.value", "p7@home.example", "acme.example", "@"), texts("phoneNumbers.value", "+44 20 7946 07", "+1 415 555 0003"),
		texts("addresses.locality", "Paris", "São Paulo", "O'Fallon"), texts("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division", "North", "South_East", "100%"),
		texts("employeeNumber", "E7", "E123", "E4"),
		{"active", "eq ne", []string{"true", "false", `"True"`}},
		{"meta.created", "eq ne gt ge lt le", times},
		{"meta.lastModified", "gt ge lt le", times},
		{mapping.SalesforceURN + ":frozen", "eq ne pr", []string{"true", "false"}},
		texts(mapping.SalesforceURN+":profile", "Standard User", "read only", "Own"), texts(mapping.SalesforceURN+":role", "CEO", "CFO", "sent"),
		{"manager.value", "eq pr", some("id")},
		{"emails.type", "eq", []string{`"work"`, `"home"`}},
		{"locale", "eq ne", []string{`"en-US"`, `"de-DE"`}},
		{"userType", "eq", []string{`"Standard"`}},
		{"meta.resourceType", "eq ne", []string{`"User"`, `"Group"`}},
	}}
}

// The same filter over the same 10,000 people gives the same answer by SOQL and
// by a predicate over what they are read as, or it is refused.
func TestRandomFiltersOverTenThousandAgreeWithAPredicate(t *testing.T) {
	h := open(t, people(10_000))
	r := rand.New(rand.NewPCG(7, 1))
	crowd(t, h, r, 250)
	var everybody []map[string]any
	shown := NewAttributes("id", "userName", "name", "displayName", "nickName", "title", "externalId", "emails", "phoneNumbers", "addresses", "active",
		"meta", "locale", "userType", mapping.EnterpriseURN+":division", mapping.EnterpriseURN+":employeeNumber", mapping.EnterpriseURN+":manager", mapping.SalesforceURN+":frozen",
		mapping.SalesforceURN+":profile", mapping.SalesforceURN+":role")
	for start := 1; ; start += maxWindow {
		p, err := h.Users(t.Context(), Query{StartIndex: start, Count: maxWindow, Want: Want{Attributes: shown}})
		if err != nil {
			t.Fatal(err)
		}
		if everybody = append(everybody, p.Resources...); start+maxWindow > p.Total {
			break
		}
	}
	// The less is looked through, the more filters can be tried.
	h.window, h.most = 200, 150
	agreeWithPredicates(t, h.mapping.User(), h.Users, overUsers(r, everybody), everybody, 180)
}

// agreeWithPredicates asks many filters and compares the totals and the first
// pages with what a predicate finds.
func agreeWithPredicates(t *testing.T, typ resource.Type, list func(context.Context, Query) (Page, error), m *filterMaker, everything []map[string]any, filters int) {
	t.Helper()
	answered, some := 0, 0
	for range filters {
		text := m.filter(3)
		e := parsed(t, text)
		holds, err := filter.Compile(withFullIDs(e), typ)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		page, err := list(t.Context(), Query{Filter: e, StartIndex: 1, Count: probe, Want: Want{Attributes: NewAttributes("id")}})
		if refused(err) {
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var want []string
		for _, one := range everything {
			if holds(one) {
				want = append(want, id(one))
			}
		}
		if answered++; len(want) > 0 && len(want) < len(everything) {
			some++
		}
		if first := want[:min(len(want), probe)]; page.Total != len(want) || !slices.Equal(ids(page), first) {
			t.Errorf("%s\nfinds %d, want %d: %v, want %v", text, page.Total, len(want), ids(page), first)
		}
	}
	if answered < filters/2 || some < filters/4 {
		t.Errorf("of %d filters %d were answered, %d of them with some but not all", filters, answered, some)
	}
}

func refused(err error) bool {
	e, ok := errors.AsType[scimerrors.ScimError](err)
	return ok && e.Status == http.StatusBadRequest && (e.ScimType == scimerrors.ScimTypeInvalidFilter || e.ScimType == scimerrors.ScimTypeTooMany)
}

func TestTimesAreComparedWhateverTheirZoneAndFraction(t *testing.T) {
	h := open(t, people(10))
	everybody := h.find("", 1000).Resources
	literals := []string{"0001-01-01T00:00:00Z", "1699-12-31T23:59:59Z", "1700-06-01T00:00:00Z", "3999-06-01T00:00:00Z", "4000-12-31T23:59:59.9Z", "9999-12-31T23:59:59+01:00"}
	for _, u := range everybody[2:5] {
		created, _ := time.Parse(time.RFC3339, text(at(u, "meta", "created")))
		for _, off := range []time.Duration{-time.Second, -1, 0, 1, time.Millisecond, time.Second} {
			literals = append(literals, created.Add(off).In(time.FixedZone("", -5400)).Format(time.RFC3339Nano))
		}
	}
	var filters []string
	for _, literal := range literals {
		for _, o := range []string{"eq", "ne", "gt", "ge", "lt", "le"} {
			f := "meta.created " + o + ` "` + literal + `"`
			filters = append(filters, f, "not ("+f+")")
		}
	}
	for _, f := range filters {
		holds, err := filter.Compile(parsed(t, f), h.mapping.User())
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, u := range everybody {
			if holds(u) {
				want++
			}
		}
		if p := h.find(f, 0); p.Total != want {
			t.Errorf("%s finds %d, want %d", f, p.Total, want)
		}
	}
}
