package console

import (
	"bytes"
	"database/sql"
	"testing"
	"time"

	"scimforce/oauth/database/databasetest"
)

func TestSessionsAreKeptSealedUntilTheyAreOver(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
		config := configured(t, open(t))
		if _, err := New(t.Context(), config); err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		store := &sessionStore{db: config.DB, vault: config.Vault}
		for _, data := range []string{"what the session knows", "what it knows later"} {
			if err := store.CommitCtx(ctx, "hash", []byte(data), time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			replica := &sessionStore{db: open(t), vault: config.Vault}
			if got, found, err := replica.FindCtx(ctx, "hash"); err != nil || !found || string(got) != data {
				t.Errorf("%q, %v, %v", got, found, err)
			}
		}
		var sealed []byte
		if err := config.DB.QueryRowContext(ctx, "SELECT data FROM console_sessions").Scan(&sealed); err != nil || bytes.Contains(sealed, []byte("knows")) {
			t.Errorf("stored as %q, %v", sealed, err)
		}
		if _, err := config.DB.ExecContext(ctx, "UPDATE console_sessions SET token_hash = 'another'"); err != nil {
			t.Fatal(err)
		}
		if _, found, err := store.FindCtx(ctx, "another"); err == nil || found {
			t.Error("a session opens in another's place")
		}
		if err := store.CommitCtx(ctx, "over", []byte("x"), time.Now().Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, found, err := store.FindCtx(ctx, "over"); err != nil || found {
			t.Errorf("found one that is over: %v, %v", found, err)
		}
		if err := store.DeleteCtx(ctx, "another"); err != nil {
			t.Fatal(err)
		}
		if err := store.CommitCtx(ctx, "over", []byte("x"), time.Now()); err != nil {
			t.Fatal(err)
		}
		left := 0
		if err := config.DB.QueryRowContext(ctx, "SELECT count(*) FROM console_sessions").Scan(&left); err != nil || left != 0 {
			t.Errorf("%d left, %v", left, err)
		}
	})
}

func TestPasswordsOnBothEngines(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
		config := configured(t, open(t))
		config.AdminPassword = ""
		if _, err := New(t.Context(), config); err != nil {
			t.Fatal(err)
		}
		p := newPasswords(config.DB, time.Now)
		if made, err := p.prepare(t.Context(), ""); err != nil || made != "" {
			t.Errorf("a second first password %q, %v", made, err)
		}
		if err := p.set(t.Context(), "a new one", false); err != nil {
			t.Fatal(err)
		}
		if _, right, err := p.check(t.Context(), "a new one"); err != nil || !right {
			t.Errorf("right %v, %v", right, err)
		}
		if _, right, err := p.check(t.Context(), "A new one"); err != nil || right {
			t.Errorf("right %v, %v", right, err)
		}
		if a, err := p.read(t.Context()); err != nil || !a.used {
			t.Errorf("used %v, %v", a.used, err)
		}
		for _, damaged := range []string{"", "$argon2id$v=19$m=1,t=0,p=1$AAAA$AAAA", "$argon2id$v=19$m=99999999,t=1,p=1$AAAA$AAAA", "$2a$10$x", "$argon2id$v=19$m=8,t=1,p=1$AAAA$"} {
			if p.matches(t.Context(), damaged, "a new one") {
				t.Errorf("the damaged hash %q fits", damaged)
			}
		}
	})
}
