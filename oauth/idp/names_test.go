package idp

import (
	"database/sql"
	"errors"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"scimforce/oauth/database"
)

func TestOfManyThatCreateOneNameAtOnceOneGetsIt(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		one, _ := newAuthenticator(t, open(), c)
		other, _ := newAuthenticator(t, open(), c)
		const rounds, several = 5, 8
		for round := range rounds {
			name := "okta " + string(rune('a'+round))
			// Somebody had the name before.
			_, before := mustCreate(t, one, name)
			if err := one.Revoke(t.Context(), before.ID); err != nil {
				t.Fatal(err)
			}
			errs := make([]error, several)
			var all sync.WaitGroup
			for i := range errs {
				replica := []*Authenticator{one, other}[i%2]
				all.Go(func() {
					_, _, errs[i] = replica.Create(t.Context(), NewToken{Name: name, Connection: "default", Scope: ScopeAll})
				})
			}
			all.Wait()
			made := 0
			for _, err := range errs {
				var taken *NameTakenError
				switch {
				case err == nil:
					made++
				case !errors.As(err, &taken) || taken.Name != name:
					t.Errorf("round %d: error %v", round, err)
				}
			}
			if made != 1 {
				t.Errorf("round %d: %d tokens have the name", round, made)
			}
		}
	})
}

func TestANameIsFreeWhenItsTokenHasEnded(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		c := newClock()
		a, _ := newAuthenticator(t, open(), c)
		create := func() (Token, error) {
			_, token, err := a.Create(t.Context(), NewToken{Name: "okta", Connection: "default", Scope: ScopeAll, Expires: c.at.Add(time.Hour)})
			return token, err
		}
		wantTaken := func(when string) {
			t.Helper()
			var taken *NameTakenError
			if _, err := create(); !errors.As(err, &taken) {
				t.Errorf("%s: error %v", when, err)
			}
		}
		wantFree := func(when string) Token {
			t.Helper()
			token, err := create()
			if err != nil {
				t.Fatalf("%s: error %v", when, err)
			}
			return token
		}
		wantFree("nobody has it")
		wantTaken("it is good")
		c.passes(time.Hour)
		second := wantFree("it has expired")
		_, third, err := a.Rotate(t.Context(), second.ID, 20*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		wantTaken("both of a rotation are good")
		if err := a.Revoke(t.Context(), third.ID); err != nil {
			t.Fatal(err)
		}
		wantTaken("only the rotated one is good")
		c.passes(20 * time.Minute)
		wantFree("the overlap is over and the successor revoked")
	})
}

func TestTokensOfOneNameFromBeforeNamesWereHeldStay(t *testing.T) {
	each(t, func(t *testing.T, open func() *sql.DB) {
		db, c := open(), newClock()
		migrateTo(t, db, "00001_tokens.sql")
		for _, id := range []string{"a", "b", "c"} {
			_, err := db.ExecContext(t.Context(), `INSERT INTO idp_tokens (id, name, connection, scope, hint, hash, created_at)
				VALUES ($1, 'okta', 'default', 'all', 'hint', $1, 1)`, id)
			if err != nil {
				t.Fatal(err)
			}
		}
		a, _ := newAuthenticator(t, db, c)
		if tokens, err := a.List(t.Context()); err != nil || len(tokens) != 3 {
			t.Errorf("%d tokens, error %v", len(tokens), err)
		}
		for _, id := range []string{"a", "b", "c"} {
			if _, _, err := a.Create(t.Context(), NewToken{Name: "okta", Connection: "default", Scope: ScopeAll}); err == nil {
				t.Error("the name is free while one has it")
			}
			if err := a.Revoke(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		mustCreate(t, a, "okta")
	})
}

// migrateTo makes the tables as they were with the first migrations only.
func migrateTo(t *testing.T, db *sql.DB, names ...string) {
	t.Helper()
	sources := fstest.MapFS{}
	for _, engine := range []string{"sqlite", "postgresql"} {
		for _, name := range names {
			content, err := fs.ReadFile(migrations, "migrations/"+engine+"/"+name)
			if err != nil {
				t.Fatal(err)
			}
			sources["migrations/"+engine+"/"+name] = &fstest.MapFile{Data: content}
		}
	}
	if err := database.Migrate(t.Context(), db, "idp_versions", sources); err != nil {
		t.Fatal(err)
	}
}
