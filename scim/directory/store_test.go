package directory

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
	"scimforce/scim/mapping"
)

// storeOf opens the store of a connection.
func storeOf(t *testing.T, db *sql.DB, connection string) *store {
	t.Helper()
	s, err := openStore(t.Context(), db, connection, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStoreGivesBackWhatItWasGiven(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		db := open(t)
		ctx, s := t.Context(), storeOf(t, db, "default")
		echo := mapping.Echo{
			"userName": {Sent: "Jane@x", Held: "jane@x"},
			"emails":   {Sent: []any{map[string]any{"value": "J@x", "primary": true}, map[string]any{"value": "k@x"}}, Held: nil},
			"odd":      {Sent: float64(1.5), Held: map[string]any{"a": nil}},
		}
		echo["nickName"] = mapping.Remembered{Sent: "Null\x00within", Held: "\x00"}
		echo["profileUrl"] = mapping.Remembered{Sent: `\\server\x'";--`, Held: ""}
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
			{"nickName", equals, "null\x00within", []string{one}},
			{"nickName", contains, "LWith", []string{one}},
			{"profileUrl", contains, `\X`, []string{one}},
		} {
			got, more, err := s.byEcho(ctx, prefixUser, test.attribute, test.how, test.text, 10)
			if err != nil || more || !slices.Equal(got, test.want) {
				t.Errorf("%s %d %q: %v %v %v, want %v", test.attribute, test.how, test.text, got, more, err, test.want)
			}
		}
		var longest int
		if err := db.QueryRowContext(ctx, "SELECT max(length(value)) FROM directory_echo_texts").Scan(&longest); err != nil || longest > maxSearchable {
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
	})
}

func TestTombstonesAreCountedAndRaised(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		ctx, s := t.Context(), storeOf(t, open(t), "default")
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
		if _, found, err := s.buriedAs(ctx, "b@x\x00"); found || err != nil {
			t.Errorf("a name that nobody has: %v %v", found, err)
		}
	})
}

func TestOpeningTwiceKeepsWhatIsThere(t *testing.T) { onEach(t, testOpeningTwiceKeepsWhatIsThere) }

func testOpeningTwiceKeepsWhatIsThere(t *testing.T, on option) {
	h := open(t, on)
	jane := id(h.create(user("Jane@acme.example", map[string]any{"externalId": "x1"})))
	h.restart()
	if r := h.get(jane); r["externalId"] != "x1" || r["userName"] != "Jane@acme.example" {
		t.Errorf("%v", r)
	}
}

func TestConnectionsDoNotSeeEachOther(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		db, ctx := open(t), t.Context()
		one := "005000000000001AAA" // in production as in its full copy sandbox
		stores := map[string]*store{"production": storeOf(t, db, "production"), "uat": storeOf(t, db, "uat")}
		for name, s := range stores {
			must(t, s.remember(ctx, one, mapping.Echo{"userName": {Sent: name + "@x", Held: "y"}, "manager": {Sent: "boss"}}))
			must(t, s.bury(ctx, tombstone{one, "ada@x", name == "uat"}))
			must(t, s.await(ctx, one, "boss"))
		}
		// what every method sees and changes
		must(t, stores["uat"].hold(ctx, "manager", "005000000000007AAA", []string{one}))
		see := func(name string) string {
			s := stores[name]
			echoes, err1 := s.echoes(ctx, []string{one})
			own, _, err2 := s.byEcho(ctx, prefixUser, "userName", equals, name+"@x", 10)
			all, _, err3 := s.byEcho(ctx, prefixUser, "userName", contains, "@x", 10)
			id, _, err4 := s.buriedAs(ctx, "ada@x")
			buried, err5 := s.buried(ctx, []string{one})
			dead, frozen, err6 := s.allBuried(ctx)
			waiting, err7 := s.awaiting(ctx, "boss")
			must(t, errors.Join(err1, err2, err3, err4, err5, err6, err7))
			return strings.TrimSuffix(fmt.Sprintln(echoes[one]["userName"].Sent, echoes[one]["manager"].Held, own, all, id, buried[one], dead, frozen, waiting), "\n")
		}
		const production = "production@x <nil> [005000000000001AAA] [005000000000001AAA] 005000000000001AAA true [005000000000001AAA] [] [005000000000001AAA]"
		const nothing = "<nil> <nil> [] []  false [] [] []"
		if got := see("production"); got != production {
			t.Errorf("production sees %s", got)
		}
		if got, want := see("uat"), "uat@x 005000000000007AAA [005000000000001AAA] [005000000000001AAA] 005000000000001AAA true [] [005000000000001AAA] [005000000000001AAA]"; got != want {
			t.Errorf("uat sees %s", got)
		}
		must(t, stores["uat"].forget(ctx, one))
		must(t, stores["uat"].raise(ctx, one))
		must(t, stores["uat"].raiseOlder(ctx, one, 0))
		must(t, stores["uat"].arrived(ctx, one))
		if got := see("uat"); got != nothing {
			t.Errorf("uat still sees %s", got)
		}
		if got := see("production"); got != production {
			t.Errorf("after uat forgot, production sees %s", got)
		}
		must(t, Forget(ctx, db, "uat"))
		if got := see("production"); got != production {
			t.Errorf("after uat was removed, production sees %s", got)
		}
		must(t, Forget(ctx, db, "production"))
		if got := see("production"); got != nothing {
			t.Errorf("a removed connection sees %s", got)
		}
	})
}

func TestForgettingNeedsNoDirectoryBefore(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		must(t, Forget(t.Context(), open(t), "production"))
	})
}

func TestReplicasThatRememberAtOnceLeaveOneEcho(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		ctx, one := t.Context(), "005000000000001AAA"
		var replicas sync.WaitGroup
		first := storeOf(t, open(t), "default")
		for n := range 4 {
			s := storeOf(t, open(t), "default")
			replicas.Go(func() {
				for range 10 {
					echo := mapping.Echo{}
					for _, attribute := range []string{"a", "b", "c", fmt.Sprint("of", n)} {
						echo[attribute] = mapping.Remembered{Sent: fmt.Sprint("by ", n), Held: "x"}
					}
					if err := s.remember(ctx, one, echo); err != nil {
						t.Errorf("replica %d: %v", n, err)
					}
				}
			})
		}
		replicas.Wait()
		echoes, err := first.echoes(ctx, []string{one})
		must(t, err)
		sent := echoes[one]["a"].Sent
		for attribute, r := range echoes[one] {
			if r.Sent != sent {
				t.Errorf("%s is %v, of another one than %v", attribute, r.Sent, sent)
			}
		}
		if len(echoes[one]) != 4 {
			t.Errorf("%d attributes, want 4: %v", len(echoes[one]), echoes[one])
		}
	})
}

func TestDatabaseOfTheFirstVersionKeepsItsRows(t *testing.T) {
	db, ctx := databasetest.SQLite(t), t.Context()
	first, err := migrations.ReadFile("migrations/sqlite/00001_directory.sql")
	must(t, err)
	must(t, database.Migrate(ctx, db, "directory_versions", fstest.MapFS{"migrations/sqlite/00001_directory.sql": {Data: first}}))
	for _, row := range []string{
		`INSERT INTO directory_echo VALUES ('005000000000001AAA', 'userName', '"Jane@x"', '"jane@x"')`,
		`INSERT INTO directory_echo_texts VALUES ('005000000000001AAA', 'userName', 'jane@x')`,
		`INSERT INTO directory_tombstones VALUES ('005000000000002AAA', 'b@x', 1, 5)`,
		`INSERT INTO directory_pending_managers VALUES ('005000000000003AAA', 'boss', 7)`,
	} {
		_, err := db.ExecContext(ctx, row)
		must(t, err)
	}
	for range 2 { // and again, with nothing left to do
		s := storeOf(t, db, "default")
		echoes, err1 := s.echoes(ctx, []string{"005000000000001AAA"})
		found, _, err2 := s.byEcho(ctx, prefixUser, "userName", equals, "jane@X", 10)
		_, frozen, err3 := s.allBuried(ctx)
		id, _, err4 := s.buriedAs(ctx, "B@x")
		waiting, err5 := s.awaiting(ctx, "boss")
		must(t, errors.Join(err1, err2, err3, err4, err5))
		got := strings.TrimSuffix(fmt.Sprintln(echoes, found, frozen, id, waiting), "\n")
		if want := "map[005000000000001AAA:map[userName:{Jane@x jane@x}]] [005000000000001AAA] [005000000000002AAA] 005000000000002AAA [005000000000003AAA]"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	var left int
	must(t, db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name LIKE 'directory%1'`).Scan(&left))
	if left != 0 {
		t.Errorf("%d tables are left over", left)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
