package patch

import (
	"fmt"
	"strings"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"
)

// TestTheCostOfAPatchIsBounded: bodies of a size that the door lets in. Steps are
// bounded rather than time, which depends on the machine.
func TestTheCostOfAPatchIsBounded(t *testing.T) {
	crowd := func(n int) map[string]any {
		members := make([]any, n)
		for i := range members {
			members[i] = map[string]any{"value": fmt.Sprint(i), "type": "User"}
		}
		return map[string]any{"displayName": "g", "members": members}
	}
	many := func(n int, o map[string]any) []any {
		list := make([]any, n)
		for i := range list {
			list[i] = o
		}
		return list
	}
	each := func(n int, make func(i int) map[string]any) []any {
		list := many(n, nil)
		for i := range list {
			list[i] = make(i)
		}
		return list
	}
	const tooLong = "Operations: they look through long lists too often for one request; send them in several"
	for name, c := range map[string]struct {
		of         map[string]any
		operations []any
		refused    string
	}{
		"a thousand members, one an operation, come into a group of 10,000": {
			of: crowd(10_000),
			operations: each(1000, func(i int) map[string]any {
				return map[string]any{"op": "add", "path": "members", "value": []any{map[string]any{"value": fmt.Sprint("new", i)}}}
			}),
		},
		"ten thousand members come in one operation": {
			of:         crowd(10_000),
			operations: []any{map[string]any{"op": "add", "path": "members", "value": crowd(20_000)["members"]}},
		},
		"fifty members go by selections that name more than them": {
			of: crowd(10_000),
			operations: each(50, func(i int) map[string]any {
				return map[string]any{"op": "remove", "path": fmt.Sprintf(`members[value eq "%d" and type eq "User"]`, i)}
			}),
		},
		"a thousand selections from 10,000 members": {
			of:         crowd(10_000),
			operations: many(1000, map[string]any{"op": "remove", "path": `members[type eq "x"]`}),
			refused:    tooLong,
		},
		"a selection of a thousand conditions": {
			of:         crowd(10_000),
			operations: many(1, map[string]any{"op": "remove", "path": "members[" + strings.Repeat("value eq 1 or ", 500) + "value eq 2]"}),
			refused:    tooLong,
		},
		"a selection by a long text": {
			of:         crowd(10_000),
			operations: many(1, map[string]any{"op": "remove", "path": `members[not (type eq "` + strings.Repeat("x", 8000) + `")]`}),
			refused:    tooLong,
		},
		"all members are written again and again": {
			of:         crowd(10_000),
			operations: many(1000, map[string]any{"op": "add", "path": "members.type", "value": "User"}),
			refused:    tooLong,
		},
		"members are taken out of a long list again and again": {
			of:         crowd(10_000),
			operations: many(1000, map[string]any{"op": "remove", "path": "members", "value": []any{map[string]any{"value": "x"}}}),
			refused:    tooLong,
		},
		"one value of ten thousand types": {
			of:         crowd(0),
			operations: many(1, map[string]any{"op": "add", "path": "members", "value": each(10_000, func(i int) map[string]any { return map[string]any{"value": "1", "type": fmt.Sprint(i)} })}),
			refused:    tooLong,
		},
		"one value of ten thousand types is taken away": {
			of:         map[string]any{"members": each(10_000, func(i int) map[string]any { return map[string]any{"value": "1", "type": fmt.Sprint(i)} })},
			operations: many(1, map[string]any{"op": "remove", "path": "members", "value": each(10_000, func(i int) map[string]any { return map[string]any{"value": "1", "type": fmt.Sprint("x", i)} })}),
			refused:    tooLong,
		},
	} {
		t.Run(name, func(t *testing.T) {
			operations, _, err := Parse(map[string]any{"Operations": c.operations}, groupType())
			if err != nil {
				t.Fatal(err)
			}
			_, err = Apply(c.of, operations, groupType())
			if c.refused != "" {
				checkError(t, err, scimerrors.ScimTypeInvalidValue, c.refused)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheChangesOfAPatchAreBounded(t *testing.T) {
	one := short(`{"op":"remove","path":"EXT"},`)
	body := decode(t, `{"Operations":[`+strings.TrimSuffix(strings.Repeat(one, MaxOperations), ",")+`]}`)
	if operations, _, err := Parse(body, userType()); err != nil || len(operations) != 6*MaxOperations {
		t.Errorf("%d changes, %v", len(operations), err)
	}
	one = `{"op":"remove","path":"urn:ietf:params:scim:schemas:core:2.0:User"},`
	body = decode(t, `{"Operations":[`+strings.TrimSuffix(strings.Repeat(one, MaxOperations), ",")+`]}`)
	if operations, _, err := Parse(body, userType()); operations != nil || !strings.Contains(fmt.Sprint(err), "they change more than 10000 attributes") {
		t.Errorf("%d changes, %v", len(operations), err)
	}
	unknown := map[string]any{}
	for i := range 1000 {
		unknown[fmt.Sprint("x", i)] = i
	}
	if _, ignored, err := Parse(map[string]any{"Operations": []any{map[string]any{"op": "add", "value": unknown}}}, userType()); err != nil || len(ignored) != maxIgnored {
		t.Errorf("%d ignored, %v", len(ignored), err)
	}
}
