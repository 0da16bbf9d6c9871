package oauth

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
)

// trouble is what can become of a database while the bridge runs.
type trouble struct {
	name string
	// open opens a database; begin brings it into trouble, end out of it.
	open func(t *testing.T) (db *sql.DB, begin, end func())
	says string // in the explanation
}

// pragmas opens a SQLite file with one connection, whose settings begin and end
// change.
func pragmas(t *testing.T, begin, end func(db *sql.DB) error) (*sql.DB, func(), func()) {
	t.Helper()
	db := databasetest.SQLite(t)
	db.SetMaxOpenConns(1)
	run := func(f func(*sql.DB) error) func() {
		return func() {
			t.Helper()
			if err := f(db); err != nil {
				t.Fatal(err)
			}
		}
	}
	return db, run(begin), run(end)
}

func troublesOfDatabases() []trouble {
	exec := func(statements ...string) func(*sql.DB) error {
		return func(db *sql.DB) error {
			for _, statement := range statements {
				if _, err := db.Exec(statement); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return []trouble{
		{"a SQLite file that is read-only", func(t *testing.T) (*sql.DB, func(), func()) {
			return pragmas(t, exec(`PRAGMA query_only = 1`), exec(`PRAGMA query_only = 0`))
		}, "read-only"},
		{"a SQLite file on a full disk", func(t *testing.T) (*sql.DB, func(), func()) {
			fill := []string{`CREATE TABLE ballast (load BLOB)`}
			// Each write needs room of its own, as one does that finds no free page.
			for _, table := range []string{"oauth_grants", "oauth_attempts", "oauth_connections"} {
				for _, change := range []string{"INSERT", "UPDATE"} {
					fill = append(fill, `CREATE TRIGGER fill_`+table+change+` BEFORE `+change+` ON `+table+` BEGIN INSERT INTO ballast VALUES (zeroblob(65536)); END`)
				}
			}
			return pragmas(t, func(db *sql.DB) error {
				if err := exec(fill...)(db); err != nil {
					return err
				}
				// The least that it can be is what is in use.
				return exec(`PRAGMA max_page_count = 1`)(db)
			}, exec(`PRAGMA max_page_count = 1000000`))
		}, "full"},
		{"a PostgreSQL server that has vanished", func(t *testing.T) (*sql.DB, func(), func()) {
			way := newProxy(t)
			return databasetest.Open(t, way.URL), way.cut, way.mend
		}, "cannot be reached"},
	}
}

func TestDatabaseInTroubleIsToldAndNothingIsLost(t *testing.T) {
	operations := []struct {
		name string
		// prepare goes as far as it goes without trouble, and returns what is
		// tried in it and after it.
		prepare func(t *testing.T, c *console) func() error
	}{
		{"a refresh", func(t *testing.T, c *console) func() error {
			c.mustConnect(t, c.request())
			a := c.authorizer(t, "production")
			return func() error {
				c.time.advance(coolDownMost)
				_, err := a.Token(t.Context())
				return err
			}
		}},
		{"a revocation", func(t *testing.T, c *console) func() error {
			c.mustConnect(t, c.request())
			a := c.authorizer(t, "production")
			return func() error { return a.Revoke(t.Context()) }
		}},
		{"Begin", func(t *testing.T, c *console) func() error {
			return func() error {
				_, err := c.Begin(t.Context(), c.request())
				return err
			}
		}},
		{"Complete", func(t *testing.T, c *console) func() error {
			callback := c.mustAllow(t, c.request(), administrator)
			return func() error {
				_, err := c.Complete(t.Context(), "session", callback)
				return err
			}
		}},
		{"Save", func(t *testing.T, c *console) func() error {
			if _, err := c.Complete(t.Context(), "session", c.mustAllow(t, c.request(), administrator)); err != nil {
				t.Fatal(err)
			}
			return func() error {
				_, err := c.Save(t.Context(), "session")
				return err
			}
		}},
		{"Discard", func(t *testing.T, c *console) func() error {
			if _, err := c.Complete(t.Context(), "session", c.mustAllow(t, c.request(), administrator)); err != nil {
				t.Fatal(err)
			}
			return func() error { return c.Discard(t.Context(), "session") }
		}},
		{"Configure", func(t *testing.T, c *console) func() error {
			return func() error {
				return c.store.Configure(t.Context(), Connection{Name: "configured", LoginURL: c.host.URL, ConsumerKey: "key"}, Secrets{RefreshToken: "seed"})
			}
		}},
	}
	for _, trouble := range troublesOfDatabases() {
		t.Run(trouble.name, func(t *testing.T) {
			for _, operation := range operations {
				t.Run(operation.name, func(t *testing.T) {
					host := newLoginHost(t, "")
					db, begin, end := trouble.open(t)
					c := newConsole(t, host, db)
					try := operation.prepare(t, c)
					asked := host.refreshes()
					begin()
					err := try()
					if got := Explain(err); got.Code != StoreFailed || !strings.Contains(got.Cause, trouble.says) || got.Remedy == "" {
						t.Errorf("%v is explained as %+v", err, got)
					}
					if n := host.refreshes() - asked; n != 0 {
						t.Errorf("%d refresh tokens were spent", n)
					}
					end()
					if err := try(); err != nil {
						t.Errorf("afterwards: %v", err)
					}
				})
			}
		})
	}
}

func TestFullDiskAfterTheAnswerKeepsTheAnswer(t *testing.T) {
	host, now := newLoginHost(t, "seed"), newClock()
	db, begin, end := troublesOfDatabases()[1].open(t)
	a := newAuthorizer(t, host, db, func(c *settings) { c.Now = now.Now })
	gate := newTurnstile(t, host, "seed")
	host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		begin()
		return gate.pass(w, r)
	})
	if _, err := a.Token(t.Context()); !strings.Contains(Explain(err).Cause, "full") {
		t.Fatalf("error %v", err)
	}
	end()
	now.advance(coolDownMost)
	if got := mustToken(t, a); got != host.answered(0).Access || gate.count() != 1 {
		t.Errorf("%d refreshes, want the token of the first", gate.count())
	}
}

func TestBridgeThatStartsOnAReadOnlyDatabaseIsToldSo(t *testing.T) {
	for _, engine := range []database.Engine{database.SQLite, database.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			host, databaseURL := newLoginHost(t, "seed"), databasetest.URL(t, engine)
			mustToken(t, newAuthorizer(t, host, databasetest.Open(t, databaseURL), nil))
			s := openStore(t, databasetest.OpenReadOnly(t, databaseURL), func() time.Time { return time.Now().Add(time.Hour) })
			a, err := New(t.Context(), Config{Connection: DefaultConnection, Store: s})
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.Token(t.Context())
			if got := Explain(err); got.Code != StoreFailed || !strings.Contains(got.Cause, "read-only") {
				t.Errorf("%v is explained as %+v", err, got)
			}
			if n := host.refreshes(); n != 1 {
				t.Errorf("%d refreshes, want none with a database that cannot keep the answer", n-1)
			}
			if err := a.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
