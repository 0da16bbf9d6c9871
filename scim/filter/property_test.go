package filter

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"scimforce/scim/resource"
)

// FuzzParse: whatever the text, Parse ends without a panic, an error has a
// position in the text, and a filter writes itself as one that is the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`userName eq "bjensen"`, `emails[type eq "work"].value eq "x"`, `not (a pr) or b.c ne null and urn:x:2.0:User.m lt 1.5`,
		`a eq "\u00fc\ud83d\ude00"`, `externalId eq jyoung`, `a[(b eq 1)]`, "a eq 'x'", `urn:a:2.0User:b sw ""`, "((((", "a eq -0", "a eq 1e400", `a[b pr].c eq null`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			checkError(t, text, err)
			return
		}
		again, err := Parse(e.String())
		if len(e.String()) > maxLength || err != nil && strings.Contains(err.Error(), "nested") {
			return // escapes make it longer than it was, and `not` for null deeper
		}
		if err != nil {
			t.Fatalf("%q became %q: %v", text, e, err)
		}
		if diff := cmp.Diff(e, again, anywhere()); diff != "" {
			t.Fatalf("%q became %q: %s", text, e, diff)
		}
		_ = Check(e, userType())
	})
}

// FuzzParseTarget is the same for paths.
func FuzzParseTarget(f *testing.F) {
	for _, seed := range []string{"userName", "name.givenName", `emails[type eq "work"].value`, "urn:x:2.0:User", "urn:x:2.0:User.manager.value", "a[", "::"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			checkError(t, text, err)
			return
		}
		again, err := ParseTarget(target.String())
		if len(target.String()) > maxLength {
			return
		}
		if err != nil {
			t.Fatalf("%q became %q: %v", text, target, err)
		}
		if diff := cmp.Diff(target, again, anywhere()); diff != "" {
			t.Fatalf("%q became %q: %s", text, target, diff)
		}
	})
}

func checkError(t *testing.T, text string, err error) {
	t.Helper()
	syntax, ok := err.(*SyntaxError) //nolint:errorlint // never wrapped
	if !ok {
		t.Fatalf("got %T", err)
	}
	if characters := len([]rune(text)); syntax.Position < 1 || syntax.Position > characters+1 {
		t.Fatalf("position %d in a text of %d characters", syntax.Position, characters)
	}
}

// expressions generates trees on a few attributes, so that they often match.
func expressions() *rapid.Generator[Expression] {
	path := rapid.SampledFrom([]Path{attr("userName"), attr("externalId"), sub("name", "givenName"), sub("emails", "value"), sub("emails", "type"), {URN: enterprise, Attribute: "department"}})
	inner := rapid.SampledFrom([]Path{attr("value"), attr("type")})
	return rapid.Custom(func(t *rapid.T) Expression { return tree(t, path, inner, 4) })
}

func words() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"a", "A", "b", "ab", "", `"\`, "ü"}), rapid.StringN(0, 3, 8))
}

func tree(t *rapid.T, path, inner *rapid.Generator[Path], depth int) Expression {
	kinds := []string{"compare", "present"}
	if depth > 0 {
		kinds = append(kinds, "and", "or", "not")
		if inner != nil {
			kinds = append(kinds, "value path")
		}
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "and":
		return And{tree(t, path, inner, depth-1), tree(t, path, inner, depth-1)}
	case "or":
		return Or{tree(t, path, inner, depth-1), tree(t, path, inner, depth-1)}
	case "not":
		return Not{tree(t, path, inner, depth-1)}
	case "value path":
		return ValuePath{attr("emails"), tree(t, inner, nil, depth-1)}
	case "present":
		return Present{path.Draw(t, "path")}
	}
	operator := rapid.SampledFrom([]Operator{Eq, Ne, Co, Sw, Ew, Gt, Ge, Lt, Le}).Draw(t, "operator")
	return Compare{path.Draw(t, "path"), operator, words().Draw(t, "value")}
}

func users() *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any {
		r := map[string]any{}
		maybe := func(in map[string]any, name string) {
			if rapid.Bool().Draw(t, "has "+name) {
				in[name] = words().Draw(t, name)
			}
		}
		maybe(r, "userName")
		maybe(r, "externalId")
		name, extension := map[string]any{}, map[string]any{}
		maybe(name, "givenName")
		maybe(extension, "department")
		r["name"], r[enterprise] = name, extension
		var emails []any
		for range rapid.IntRange(0, 3).Draw(t, "emails") {
			e := map[string]any{}
			maybe(e, "value")
			maybe(e, "type")
			emails = append(emails, e)
		}
		if emails != nil {
			r["emails"] = emails
		}
		return r
	})
}

func TestAnyFilterParsesFromWhatItWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := expressions().Draw(t, "filter")
		got, err := Parse(e.String())
		if err != nil {
			t.Fatalf("%s: %v", e, err)
		}
		if diff := cmp.Diff(e, got, anywhere()); diff != "" {
			t.Fatalf("%s: %s", e, diff)
		}
	})
}

func TestMatchAgreesWithAnObviousModel(t *testing.T) {
	typ := userType()
	rapid.Check(t, func(t *rapid.T) {
		e, r := expressions().Draw(t, "filter"), users().Draw(t, "user")
		got, err := Match(e, typ, r)
		if err != nil {
			t.Fatal(err)
		}
		if want := model(e, r); got != want {
			t.Fatalf("%s: got %v, want %v", e, got, want)
		}
	})
}

// model decides on a list of (path, value) pairs, one for every string in the
// resource; it knows nothing of schemas.
func model(e Expression, r map[string]any) bool {
	switch e := e.(type) {
	case And:
		return model(e.Left, r) && model(e.Right, r)
	case Or:
		return model(e.Left, r) || model(e.Right, r)
	case Not:
		return !model(e.X, r)
	case ValuePath:
		emails, _ := r["emails"].([]any)
		return slices.ContainsFunc(emails, func(email any) bool { return model(e.Filter, email.(map[string]any)) })
	case Present:
		return slices.ContainsFunc(find(r, e.Path), func(s string) bool { return s != "" })
	case Compare:
		found := find(r, e.Path)
		if len(found) == 0 {
			return e.Operator == Ne
		}
		return slices.ContainsFunc(found, func(s string) bool { return modelCompare(e, s) })
	}
	panic("not an expression")
}

func find(r map[string]any, p Path) []string {
	if p.URN != "" {
		r = r[p.URN].(map[string]any)
	}
	v := r[p.Attribute]
	if p.Sub == "" {
		if s, ok := v.(string); ok {
			return []string{s}
		}
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var found []string
	for _, e := range list {
		if m, ok := e.(map[string]any); ok && m[p.Sub] != nil {
			found = append(found, m[p.Sub].(string))
		}
	}
	return found
}

func modelCompare(e Compare, got string) bool {
	want := e.Value.(string)
	if e.Path.Attribute != "externalId" {
		got, want = strings.ToLower(got), strings.ToLower(want)
	}
	return map[Operator]bool{
		Eq: got == want, Ne: got != want, Gt: got > want, Ge: got >= want, Lt: got < want, Le: got <= want,
		Co: strings.Contains(got, want), Sw: strings.HasPrefix(got, want), Ew: strings.HasSuffix(got, want),
	}[e.Operator]
}

func TestACheckedFilterMatchesWithoutErrors(t *testing.T) {
	typ := userType()
	rapid.Check(t, func(t *rapid.T) {
		e, r := expressions().Draw(t, "filter"), users().Draw(t, "user")
		if Check(e, typ) == nil {
			if _, err := Match(e, typ, resource.Clone(r)); err != nil {
				t.Fatal(err)
			}
		}
	})
}
