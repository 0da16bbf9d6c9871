package patch

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestMembershipAgreesWithApply: what ReadMembership says, done to the set of
// members there are, gives the members that Apply gives.
func TestMembershipAgreesWithApply(t *testing.T) {
	typ := groupType()
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}), 0, 4, rapid.ID[string])
		members := func(name string) []any {
			var list []any
			for _, id := range ids.Draw(t, name) {
				list = append(list, map[string]any{"value": id})
			}
			return list
		}
		before := members("members")
		group := map[string]any{"displayName": "g"}
		if before != nil {
			group["members"] = before
		}
		var operations []any
		for range rapid.IntRange(0, 6).Draw(t, "operations") {
			o := map[string]any{}
			switch rapid.IntRange(0, 7).Draw(t, "form") {
			case 0, 1:
				o = map[string]any{"op": "add", "path": "members", "value": members("added")}
			case 2:
				o = map[string]any{"op": "replace", "path": "members", "value": members("all")}
			case 3:
				o = map[string]any{"op": "replace", "value": map[string]any{"members": members("all"), "id": "x"}}
			case 4:
				o = map[string]any{"op": "remove", "path": "members", "value": append([]any{map[string]any{"value": "x"}}, members("removed")...)}
			case 5:
				o = map[string]any{"op": "remove", "path": fmt.Sprintf("members[value eq %q]", rapid.SampledFrom([]string{"a", "b"}).Draw(t, "id"))}
			case 6:
				o = map[string]any{"op": "remove", "path": `members[value eq "c" or value eq "d"]`}
			case 7:
				o = map[string]any{"op": "remove", "path": "members"}
			}
			operations = append(operations, o)
		}
		parsed, _, err := Parse(map[string]any{"Operations": operations}, typ)
		if operations == nil {
			parsed, err = nil, nil
		}
		if err != nil {
			t.Fatal(err)
		}
		after, err := Apply(group, parsed, typ)
		if err != nil {
			t.Fatal(err)
		}
		m, err := ReadMembership(parsed, typ)
		if err != nil || m.NeedsCurrent {
			t.Fatalf("%v %v", m, err)
		}
		got := values(before)
		if m.Replace {
			got = m.Members
		}
		got = slices.DeleteFunc(append(slices.Clone(got), m.Add...), func(id string) bool { return slices.Contains(m.Remove, id) })
		if diff := cmp.Diff(sorted(values(after["members"])), sorted(got)); diff != "" {
			t.Fatalf("%v: %s", operations, diff)
		}
	})
}

func values(list any) []string {
	var ids []string
	elements, _ := list.([]any)
	for _, e := range elements {
		ids = append(ids, e.(map[string]any)["value"].(string))
	}
	return ids
}

// sorted makes a set of the ids; adding twice is adding once.
func sorted(ids []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

// person is the model of a resource: three plain values and a list.
type person struct {
	title, given, department string
	emails                   []email
}

type email struct{ value, kind, display string }

func (p person) resource() map[string]any {
	r := map[string]any{"userName": "u"}
	put(r, "title", p.title)
	if p.given != "" {
		r["name"] = map[string]any{"givenName": p.given}
	}
	if p.department != "" {
		r[enterprise] = map[string]any{"department": p.department}
	}
	var emails []any
	for _, e := range p.emails {
		emails = append(emails, e.object())
	}
	if emails != nil {
		r["emails"] = emails
	}
	return r
}

func (e email) object() map[string]any {
	m := map[string]any{}
	put(m, "value", e.value)
	put(m, "type", e.kind)
	put(m, "display", e.display)
	return m
}

func put(m map[string]any, key, value string) {
	if value != "" {
		m[key] = value
	}
}

// step is an operation with what it means for the model.
type step struct {
	operation map[string]any
	do        func(*person)
}

func steps(t *rapid.T) step {
	op := rapid.SampledFrom([]string{"add", "replace", "remove"}).Draw(t, "op")
	text := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "text")
	kind := rapid.SampledFrom([]string{"work", "home"}).Draw(t, "kind")
	plain := func(path string, field func(*person) *string) step {
		o := map[string]any{"op": op, "path": path, "value": text}
		set := text
		if op == "remove" {
			set = ""
		}
		if op != "remove" && rapid.Bool().Draw(t, "path-less") {
			o = map[string]any{"op": op, "value": map[string]any{path: text}}
		}
		return step{o, func(p *person) { *field(p) = set }}
	}
	switch rapid.IntRange(0, 6).Draw(t, "attribute") {
	case 0:
		return plain("title", func(p *person) *string { return &p.title })
	case 1:
		return plain("name.givenName", func(p *person) *string { return &p.given })
	case 2:
		return plain(enterprise+":department", func(p *person) *string { return &p.department })
	case 3:
		return step{map[string]any{"op": op, "path": fmt.Sprintf("emails[type eq %q].value", kind), "value": text}, func(p *person) {
			if op == "remove" {
				p.emails = slices.DeleteFunc(p.emails, func(e email) bool { return e.kind == kind })
				return
			}
			found := false
			for i := range p.emails {
				if p.emails[i].kind == kind {
					found = true
					if p.emails[i].value != text {
						p.emails[i] = email{text, kind, ""}
					}
				}
			}
			if !found {
				p.emails = append(p.emails, email{text, kind, ""})
			}
		}}
	case 4:
		return step{map[string]any{"op": "remove", "path": fmt.Sprintf("emails[value eq %q]", text)}, func(p *person) {
			p.emails = slices.DeleteFunc(p.emails, func(e email) bool { return e.value == text })
		}}
	}
	given := email{text, kind, rapid.SampledFrom([]string{"", "D"}).Draw(t, "display")}
	return step{map[string]any{"op": op, "path": "emails", "value": []any{given.object()}}, func(p *person) {
		same := func(e email) bool { return e.value == given.value && e.kind == given.kind }
		switch op {
		case "remove":
			p.emails = slices.DeleteFunc(p.emails, same)
		case "replace":
			p.emails = []email{given}
		default:
			i := slices.IndexFunc(p.emails, same)
			if i < 0 {
				p.emails = append(p.emails, given)
			} else if given.display != "" {
				p.emails[i].display = given.display
			}
		}
	}}
}

func TestApplyAgreesWithAnObviousModel(t *testing.T) {
	typ := userType()
	rapid.Check(t, func(t *rapid.T) {
		var p person
		var operations []any
		var start map[string]any
		n := rapid.IntRange(1, 8).Draw(t, "steps")
		// The first steps make the resource to start from, the others change it.
		from := rapid.IntRange(0, n).Draw(t, "from")
		for i := range n {
			if i == from {
				start = p.resource()
			}
			s := steps(t)
			s.do(&p)
			if i >= from {
				operations = append(operations, s.operation)
			}
		}
		if start == nil {
			start = p.resource()
		}
		before, _ := json.Marshal(start)
		parsed := []Operation(nil)
		if operations != nil {
			var err error
			if parsed, _, err = Parse(map[string]any{"Operations": operations}, typ); err != nil {
				t.Fatal(err)
			}
		}
		got, err := Apply(start, parsed, typ)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p.resource(), got); diff != "" {
			t.Fatalf("%s\n%v\n%s", before, operations, diff)
		}
		if after, _ := json.Marshal(start); string(before) != string(after) {
			t.Fatalf("the given resource became %s", after)
		}
	})
}

// TestAddingTwiceIsAddingOnce: an added value that is there changes nothing.
func TestAddingTwiceIsAddingOnce(t *testing.T) {
	typ := userType()
	rapid.Check(t, func(t *rapid.T) {
		var operations []any
		for range rapid.IntRange(1, 4).Draw(t, "operations") {
			if o := steps(t).operation; o["op"] == "add" {
				operations = append(operations, o)
			}
		}
		if operations == nil {
			return
		}
		parsed, _, err := Parse(map[string]any{"Operations": operations[len(operations)-1:]}, typ)
		if err != nil {
			t.Fatal(err)
		}
		once, err := Apply(nil, parsed, typ)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := Apply(once, parsed, typ)
		if diff := cmp.Diff(once, twice); diff != "" || err != nil {
			t.Fatalf("%v %s", err, diff)
		}
	})
}

func BenchmarkAddToALargeGroup(b *testing.B) {
	typ := groupType()
	var members []any
	for i := range 20_000 {
		members = append(members, map[string]any{"value": fmt.Sprint(i)})
	}
	group := map[string]any{"displayName": "g", "members": members}
	operations, _, err := Parse(map[string]any{"Operations": []any{map[string]any{"op": "add", "path": "members", "value": members[:10_000]}}}, typ)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Apply(group, operations, typ); err != nil {
			b.Fatal(err)
		}
	}
}
