package database_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
)

// questions are all that can be asked of an error.
var questions = map[string]func(error) bool{
	"unique": database.IsUniqueViolation, "read-only": database.IsReadOnly, "full": database.IsFull,
	"busy": database.IsBusy, "gone": database.IsGone,
}

// wantError checks that exactly one question is answered with yes ("" for none),
// also through wrapping, and that the explanation holds a word.
func wantError(t *testing.T, err error, question, explanation string) {
	t.Helper()
	if err == nil {
		t.Error("no error")
		return
	}
	err = errors.Join(fmt.Errorf("room: %w", err), errors.New("another"))
	for name, asks := range questions {
		if asks(err) != (name == question) {
			t.Errorf("%s: %v for %v", name, !(name == question), err)
		}
	}
	got := database.Explain(err)
	if !strings.Contains(got, explanation) || explanation == "" && got != "" {
		t.Errorf("%v is explained as %q, want %q", err, got, explanation)
	}
}

func TestErrorsOfStatements(t *testing.T) {
	for _, engine := range []database.Engine{database.SQLite, database.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			databaseURL, ctx := databasetest.URL(t, engine), t.Context()
			db := databasetest.Open(t, databaseURL)
			exec := func(db *sql.DB, statement string, arguments ...any) error {
				_, err := db.ExecContext(ctx, statement, arguments...)
				return err
			}
			if err := errors.Join(exec(db, "CREATE TABLE a (x INTEGER PRIMARY KEY, y INTEGER UNIQUE, z INTEGER NOT NULL)"), exec(db, "INSERT INTO a VALUES (1, 2, 3)")); err != nil {
				t.Fatal(err)
			}
			wantError(t, exec(db, "INSERT INTO a VALUES (1, 3, 3)"), "unique", "")
			wantError(t, exec(db, "INSERT INTO a VALUES (2, 2, 3)"), "unique", "")
			wantError(t, exec(db, "INSERT INTO a VALUES (4, 4, NULL)"), "", "")
			wantError(t, exec(db, "SELECT * FROM nowhere"), "", "")

			readOnly := databasetest.OpenReadOnly(t, databaseURL)
			wantError(t, exec(readOnly, "UPDATE a SET z = 4"), "read-only", "primary and not a standby")
			var z int
			if err := readOnly.QueryRowContext(ctx, "SELECT z FROM a").Scan(&z); err != nil || z != 3 {
				t.Errorf("%d %v", z, err)
			}

			ended, cancel := context.WithCancel(ctx)
			cancel()
			_, err := db.ExecContext(ended, "UPDATE a SET z = 4")
			wantError(t, err, "", "")
			late, cancelLate := context.WithDeadline(ctx, time.Unix(0, 0))
			defer cancelLate()
			_, err = db.ExecContext(late, "UPDATE a SET z = 4")
			wantError(t, err, "", "")
		})
	}
	wantError(t, errors.New("something else"), "", "")
	if database.Explain(nil) != "" || database.IsGone(nil) {
		t.Error("nothing is explained")
	}
}

func TestErrorsOfSQLite(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "x.db")
	db := databasetest.Open(t, "sqlite:"+path)
	db.SetMaxOpenConns(1)
	exec := func(statement string, arguments ...any) error {
		_, err := db.ExecContext(t.Context(), statement, arguments...)
		return err
	}
	if err := errors.Join(exec("CREATE TABLE a (x BLOB)"), exec("PRAGMA max_page_count = 10")); err != nil {
		t.Fatal(err)
	}
	wantError(t, exec("INSERT INTO a VALUES ($1)", make([]byte, 1<<20)), "full", "make room on its disk")

	// Somebody else holds the write lock for too long.
	other := databasetest.Open(t, "sqlite:"+path)
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := exec("PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	wantError(t, exec("INSERT INTO a VALUES (1)"), "busy", "only one bridge uses a SQLite file")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}

	missing := databasetest.OpenReadOnly(t, "sqlite:"+filepath.Join(directory, "none", "x.db"))
	wantError(t, missing.PingContext(t.Context()), "gone", "cannot be reached")

	garbage := filepath.Join(directory, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = database.Open(t.Context(), "sqlite:"+garbage)
	wantError(t, err, "", "is no SQLite database")
	_, err = database.Open(t.Context(), "sqlite:"+filepath.Join(directory, "none", "x.db"))
	wantError(t, err, "", "directory of the SQLite file is missing")
}

func TestErrorsOfPostgreSQL(t *testing.T) {
	server := databasetest.NewServer(t)
	databaseURL := server.URL(t)
	db, ctx := databasetest.Open(t, databaseURL), t.Context()
	// What a test cannot bring about, the server is made to say.
	raise := func(state string) error {
		_, err := db.ExecContext(ctx, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '"+state+"'; END $$")
		return err
	}
	wantError(t, raise("53100"), "full", "make room on its disk")
	wantError(t, raise("40001"), "busy", "try again")
	wantError(t, raise("57P01"), "gone", "cannot be reached")
	wantError(t, raise("53300"), "gone", "max_connections")
	wantError(t, raise("42501"), "", "CREATE on the schema")
	wantError(t, raise("28P01"), "", "refuses the user or the password")

	_, err := database.Open(ctx, strings.Replace(databaseURL, "/test_", "/tset_", 1))
	wantError(t, err, "", "CREATE DATABASE")

	if _, err := db.ExecContext(ctx, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	_, err = database.Open(ctx, databaseURL[:strings.Index(databaseURL, "/test_")]+"/latin"+databaseURL[strings.Index(databaseURL, "?"):])
	wantError(t, err, "", "ENCODING 'UTF8'")

	// The server breaks off while a transaction is open.
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	server.Stop(t)
	_, err = tx.ExecContext(ctx, "SELECT 1")
	wantError(t, err, "gone", "cannot be reached")
	_ = tx.Rollback()
	_, err = database.Open(ctx, databaseURL)
	wantError(t, err, "gone", "cannot be reached")
	_, err = database.Open(ctx, "postgres://u:very-secret@127.0.0.1:1/d")
	wantError(t, err, "gone", "cannot be reached")
	if strings.Contains(err.Error(), "very-secret") {
		t.Errorf("the password is in %v", err)
	}
}

func TestSessionsOfPostgreSQL(t *testing.T) {
	databaseURL := databasetest.URL(t, database.PostgreSQL)
	for _, test := range []struct{ setting, url, want string }{
		{"application_name", databaseURL, "scimforce"},
		{"application_name", databaseURL + "&application_name=mine", "mine"},
		{"idle_in_transaction_session_timeout", databaseURL, "2min"},
		{"synchronous_commit", databaseURL + "&synchronous_commit=off", "on"},
		{"synchronous_commit", databaseURL + "&synchronous_commit=remote_apply", "remote_apply"},
	} {
		var got string
		if err := databasetest.Open(t, test.url).QueryRowContext(t.Context(), "SHOW "+test.setting).Scan(&got); err != nil || got != test.want {
			t.Errorf("%s of %s is %q, want %q: %v", test.setting, test.url, got, test.want, err)
		}
	}
}
