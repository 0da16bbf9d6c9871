package directory

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/scim/mapping"
)

func TestStoreGivesBackWhatItWasGiven(t *testing.T) {
	h := open(t)
	ctx, s := t.Context(), h.store
	echo := mapping.Echo{
		"userName": {Sent: "Jane@x", Held: "jane@x"},
		"emails":   {Sent: []any{map[string]any{"value": "J@x", "primary": true}, map[string]any{"value": "k@x"}}, Held: nil},
		"odd":      {Sent: float64(1.5), Held: map[string]any{"a": nil}},
	}
	long := strings.Repeat("Ä", 3000) + "end"
	echo["externalId"] = mapping.Remembered{Sent: long + "\x00"}
	one, two := "005000000000001AAA", "005000000000002AAA"
	if err := s.remember(ctx, one, echo); err != nil {
		t.Fatal(err)
	}
	if err := s.remember(ctx, two, mapping.Echo{"userName": {Sent: "50%_!x", Held: "y"}}); err != nil {
		t.Fatal(err)
	}
	got, err := s.echoes(ctx, []string{one, "005000000000009AAA"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]mapping.Echo{one: echo}, got); diff != "" {
		t.Error(diff)
	}
	for _, test := range []struct {
		attribute string
		how       operator
		text      string
		want      []string
	}{
		{"userName", equals, "JANE@X", []string{one}},
		{"userName", begins, "jan", []string{one}},
		{"userName", ends, "X", []string{one, two}},
		{"userName", contains, "%_!", []string{two}},
		{"userName", contains, "%", []string{two}},
		{"userName", contains, "_", []string{two}},
		{"emails", equals, "K@x", []string{one}},
		{"emails", equals, "primary", nil},
		{"externalId", equals, long, []string{one}},
		{"externalId", begins, "äää", []string{one}},
		{"externalId", ends, "END", []string{one}},
		{"externalId", begins, "end", nil},
		{"title", equals, "jane@x", nil},
	} {
		got, more, err := s.byEcho(ctx, prefixUser, test.attribute, test.how, test.text, 10)
		if err != nil || more || !slices.Equal(got, test.want) {
			t.Errorf("%s %d %q: %v %v %v, want %v", test.attribute, test.how, test.text, got, more, err, test.want)
		}
	}
	var longest int
	if err := h.db.QueryRowContext(ctx, "SELECT max(length(value)) FROM directory_echo_texts").Scan(&longest); err != nil || longest > maxSearchable {
		t.Errorf("an index entry of %d characters, %v", longest, err)
	}
	if got, more, err := s.byEcho(ctx, prefixUser, "userName", contains, "x", 1); err != nil || !more || len(got) != 1 {
		t.Errorf("over the limit: %v %v %v", got, more, err)
	}
	if err := s.remember(ctx, one, mapping.Echo{}); err != nil {
		t.Fatal(err)
	}
	if got, _, _ := s.byEcho(ctx, prefixUser, "emails", equals, "k@x", 10); got != nil {
		t.Errorf("forgotten values are found: %v", got)
	}
}

func TestTombstonesAreCountedAndRaised(t *testing.T) {
	h := open(t)
	ctx, s := t.Context(), h.store
	one, two := "005000000000001AAA", "005000000000002AAA"
	for _, stone := range []tombstone{{one, "A@x", false}, {two, "b@x", true}, {one, "a@X", false}} {
		if err := s.bury(ctx, stone); err != nil {
			t.Fatal(err)
		}
	}
	dead, frozen, err := s.allBuried(ctx)
	if err != nil || !slices.Equal(dead, []string{one}) || !slices.Equal(frozen, []string{two}) {
		t.Errorf("%v %v %v", dead, frozen, err)
	}
	if id, found, err := s.buriedAs(ctx, "A@X"); id != one || !found || err != nil {
		t.Errorf("%v %v %v", id, found, err)
	}
	if err := s.raiseOlder(ctx, one, deletionSettles); err != nil {
		t.Fatal(err)
	}
	if buried, _ := s.buried(ctx, []string{one, two}); !buried[one] || !buried[two] {
		t.Error("a fresh tombstone was removed")
	}
	if err := s.raiseOlder(ctx, one, 0); err != nil {
		t.Fatal(err)
	}
	if buried, _ := s.buried(ctx, []string{one, two}); buried[one] || !buried[two] {
		t.Errorf("%v", buried)
	}
}

func TestOpeningTwiceKeepsWhatIsThere(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("Jane@acme.example", map[string]any{"externalId": "x1"})))
	h.restart()
	if r := h.get(jane); r["externalId"] != "x1" || r["userName"] != "Jane@acme.example" {
		t.Errorf("%v", r)
	}
}
