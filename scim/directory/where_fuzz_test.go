package directory

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// soqlOf is the statement that a filter becomes; "" when it becomes none.
func soqlOf(t *testing.T, h *house, e filter.Expression) (string, verdict) {
	t.Helper()
	v, err := h.translate(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if v.extent != some || v.tooLong() != nil {
		return "", v
	}
	statement, err := soql.Select{Fields: []string{"Id"}, From: "User", Where: v.where, OrderBy: []string{"Id"}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return statement, v
}

// taken takes a statement apart as Salesforce documents it: the texts of its
// literals, and what is outside of them with ? in their place.
func taken(statement string) (outside string, texts []string, err error) {
	var b strings.Builder
	for i := 0; i < len(statement); i++ {
		if statement[i] != '\'' {
			b.WriteByte(statement[i])
			continue
		}
		like := strings.HasSuffix(b.String(), " LIKE ")
		var text strings.Builder
		for i++; ; i++ {
			if i >= len(statement) {
				return "", nil, fmt.Errorf("no closing quote in %q", statement)
			}
			c := statement[i]
			if c == '\'' {
				break
			}
			if c != '\\' {
				if like && (c == '%' || c == '_') {
					text.WriteByte(0) // a wildcard
				} else {
					text.WriteByte(c)
				}
				continue
			}
			i++
			switch c := statement[min(i, len(statement)-1)]; {
			case c == 'u' && i+4 < len(statement):
				n, err := strconv.ParseUint(statement[i+1:i+5], 16, 16)
				if err != nil {
					return "", nil, err
				}
				text.WriteRune(rune(n))
				i += 4
			case strings.IndexByte("nrtbf", c) >= 0:
				text.WriteByte("\n\r\t\b\f"[strings.IndexByte("nrtbf", c)])
			case strings.IndexByte(`'"\%_`, c) >= 0:
				text.WriteByte(c)
			default:
				return "", nil, fmt.Errorf("unknown escape \\%c", c)
			}
		}
		b.WriteByte('?')
		texts = append(texts, text.String())
	}
	return b.String(), texts, nil
}

// said are the texts that literals may have for a filter.
func said(e filter.Expression, into map[string]bool) map[string]bool {
	switch e := e.(type) {
	case filter.And:
		said(e.Left, into)
		said(e.Right, into)
	case filter.Or:
		said(e.Left, into)
		said(e.Right, into)
	case filter.Not:
		said(e.X, into)
	case filter.ValuePath:
		said(e.Filter, into)
	case filter.Compare:
		text := resource.Text(e.Value)
		for _, s := range []string{text, "\x00" + text + "\x00", text + "\x00", "\x00" + text, fullID(text), strings.ReplaceAll(text, "-", "_")} {
			into[s] = true
		}
	}
	return into
}

// strange says that letters of a text are the same in ways that SCIM and
// Salesforce need not agree on: "ſ" and "s", "K" and the sign of kelvin.
func strange(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		folds := 0
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			folds++
		}
		return folds > 1 || unicode.ToLower(unicode.ToUpper(r)) != unicode.ToLower(r) || r == 0
	})
}

// FuzzFilterToSOQL: whatever a filter says, no value of it gets out of its
// literal, nor is it another one inside; another reader of SOQL takes the
// statement; and it finds all who satisfy the filter, and no others when it is
// said to be exact.
func FuzzFilterToSOQL(f *testing.F) {
	for _, seed := range []string{
		`userName eq "x' OR Id != '"`, `title co "\\' OR Name LIKE '%"`, `title sw "50%_" and not (emails.value ew "\\")`, `externalId eq "ext-1'"`,
		`emails[type eq "work" and value co "'"]`, `title eq "@{users.records[0].Title}"`, `id eq "005000000000001" or manager eq "'"`, `title eq "\u0000\n\u2028"`,
		`meta.created gt "2020-01-01T00:00:00Z" or locale eq "en-US'"`, `active eq false or not (title pr)`, `name.familyName ew "\u005c"`, `nickName eq x'y`,
	} {
		f.Add(seed)
	}
	h := open(f, people(25))
	crowd(f, h, rand.New(rand.NewPCG(1, 2)), 12)
	everybody := h.find("", 1000).Resources
	visible := map[string]bool{}
	for _, u := range everybody {
		visible[id(u)] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := filter.Parse(text)
		if err != nil {
			return
		}
		e = withFullIDs(e)
		holds, err := filter.Compile(e, h.mapping.User())
		if err != nil {
			return
		}
		statement, v := soqlOf(t, h, e)
		var found []string
		if statement != "" {
			outside, texts, err := taken(statement)
			if err != nil {
				t.Fatalf("%q became %s: %v", text, statement, err)
			}
			values := said(e, map[string]bool{})
			for _, s := range texts {
				if _, isID := idOf(prefixUser, s); !values[s] && !isID {
					t.Fatalf("%q became a literal %q in %s", text, s, statement)
				}
			}
			if strings.Contains(statement, "@{") || strings.ContainsAny(outside, "\\\n@{};%\"") {
				t.Fatalf("%q became %s", text, statement)
			}
			result, qerr := query.Run(h.org, org.Actor{}, statement)
			if qerr != nil {
				t.Fatalf("%q became %s: %v", text, statement, qerr)
			}
			found = slices.DeleteFunc(result.IDs, func(id string) bool { return !visible[id] })
		} else if v.extent != nobody {
			return
		}
		if strange(text) || strings.Contains(text, `\u`) {
			return
		}
		var want []string
		for _, u := range everybody {
			if holds(u) {
				want = append(want, id(u))
			}
		}
		missing := slices.ContainsFunc(want, func(id string) bool { return !slices.Contains(found, id) })
		if missing || v.exact && len(found) != len(want) {
			t.Fatalf("%q finds %v, exact %v, want %v: %s", text, found, v.exact, want, statement)
		}
	})
}

func TestAValueInAFilterIsNoReferenceOfAComposite(t *testing.T) {
	h := open(t)
	for _, title := range []string{"@{users.records[0].Title}", "x' OR Title != '"} {
		h.login(id(h.create(user(fmt.Sprintf("t%d@acme.example", len(title)), map[string]any{"title": title}))))
	}
	for f, want := range map[string]int{
		`title eq "@{users.records[0].Title}"`: 1, `title co "@{users.records[0].Title}"`: 1, `title eq "@{users.records[0].Nothing}"`: 0,
		`title eq "@{users.records[0].Title}" and emails.type eq "work"`: 1, `not (title co "@{logins.records[0].Id}")`: len(h.visibleIDs()),
	} {
		if p := h.find(f, 10); p.Total != want {
			t.Errorf("%s finds %d, want %d", f, p.Total, want)
		}
	}
}
