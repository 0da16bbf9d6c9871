package database_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"scimforce/oauth/database"
)

func TestDatabaseFileIsForItsOwnerOnly(t *testing.T) {
	for _, name := range []string{"scimforce.db", "with space#and?marks%20.db"} {
		path := filepath.Join(t.TempDir(), name)
		for range 2 { // made, and opened again after somebody opened it up
			db, err := database.Open(t.Context(), "sqlite:"+path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec("CREATE TABLE IF NOT EXISTS x (y)"); err != nil {
				t.Fatal(err)
			}
			files, err := os.ReadDir(filepath.Dir(path))
			if err != nil || len(files) == 0 {
				t.Fatal(files, err)
			}
			for _, file := range files {
				info, err := file.Info()
				if err != nil {
					t.Fatal(err)
				}
				if info.Mode().Perm() != 0o600 {
					t.Errorf("%s has mode %v", file.Name(), info.Mode())
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDatabaseCommitsAreDurable(t *testing.T) {
	db, err := database.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var synchronous, foreignKeys int
	var journal string
	for pragma, into := range map[string]any{"synchronous": &synchronous, "journal_mode": &journal, "foreign_keys": &foreignKeys} {
		if err := db.QueryRow("PRAGMA " + pragma).Scan(into); err != nil {
			t.Fatal(err)
		}
	}
	if synchronous != 2 || journal != "wal" || foreignKeys != 1 {
		t.Errorf("synchronous %d, journal %s, foreign keys %d", synchronous, journal, foreignKeys)
	}
}

func TestManyWritersOfOneDatabaseWaitForEachOther(t *testing.T) {
	file, err := database.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	memory, err := database.OpenMemory(t.Context(), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	other, err := database.OpenMemory(t.Context(), t.Name()+" other")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _, _ = file.Close(), memory.Close(), other.Close() }()
	for name, db := range map[string]*sql.DB{"file": file, "memory": memory} {
		t.Run(name, func(t *testing.T) {
			exec := func(statement string) {
				if _, err := db.Exec(statement); err != nil {
					t.Errorf("%s: %v", statement, err)
				}
			}
			exec("CREATE TABLE counts (n INTEGER)")
			exec("INSERT INTO counts VALUES (0)")
			var writers sync.WaitGroup
			for range 20 {
				writers.Go(func() {
					for range 10 {
						exec("UPDATE counts SET n = n + 1")
					}
				})
			}
			writers.Wait()
			var n int
			if err := db.QueryRow("SELECT n FROM counts").Scan(&n); err != nil || n != 200 {
				t.Errorf("%d, want 200; %v", n, err)
			}
		})
	}
	if _, err := other.Exec("SELECT * FROM counts"); err == nil {
		t.Error("two databases in memory share their tables")
	}
}

func TestSQLitePathOfURLSpellings(t *testing.T) {
	for databaseURL, want := range map[string]string{"sqlite:x.db": "x.db", "sqlite:/data/x.db": "/data/x.db", "sqlite:///data/x.db": "/data/x.db"} {
		if got, ok := database.SQLitePath(databaseURL); got != want || !ok {
			t.Errorf("%s: %q %v", databaseURL, got, ok)
		}
	}
	if path, ok := database.SQLitePath("postgres://u@h/d"); ok {
		t.Errorf("PostgreSQL is taken for the file %s", path)
	}
}

func TestURLsThatNameNoDatabase(t *testing.T) {
	for _, test := range []struct{ url, problem string }{
		{"", "is no database URL"},
		{"mysql://db/x", "is no database URL"},
		{"sqlite:", "names no file"},
		{"sqlite:/data/", "names no file"},
		{"sqlite::memory:", "name a file"},
		{"postgres://u:very-secret@h", "names no database"},
		{"postgresql://u:very-secret@h:port/d", "is no PostgreSQL URL"},
		{"postgres://u:very-secret%@h/d", "percent-encoded"},
		{"postgres://u:very/secret@h/d", "percent-encoded"},
		{"postgres://u:very-secret@h/d?sslmode=perhaps", "is no PostgreSQL URL"},
	} {
		problem := database.CheckURL(test.url)
		if !strings.Contains(problem, test.problem) {
			t.Errorf("%q: %q, want %q", test.url, problem, test.problem)
		}
		_, err := database.Open(t.Context(), test.url)
		for _, text := range []string{problem, database.Redact(test.url), fmt.Sprint(err)} {
			if strings.Contains(text, "secret") {
				t.Errorf("%q shows the password: %s", test.url, text)
			}
		}
		if err == nil {
			t.Errorf("%q was opened", test.url)
		}
	}
	for _, good := range []string{"sqlite:x.db", "postgres://u@h/d", "postgresql://u:p@h:5433/d?sslmode=verify-full", "postgres:///d?host=/run/postgresql"} {
		if problem := database.CheckURL(good); problem != "" {
			t.Errorf("%q: %s", good, problem)
		}
	}
}

func TestRedactedURLKeepsWhatIsNoSecret(t *testing.T) {
	for url, want := range map[string]string{
		"sqlite:/data/x%.db":                               "sqlite:/data/x%.db",
		"postgres://u:secret@h:5432/d":                     "postgres://u:xxxxx@h:5432/d",
		"postgres://u@h/d?password=x1y":                    "postgres://u@h/d?password=xxxxx",
		"postgres://u@h/d?sslpassword=x1y&sslmode=require": "postgres://u@h/d?sslmode=require&sslpassword=xxxxx",
		"postgres://u:se%ret@h/d":                          "(not shown)",
		"u:secret@h":                                       "(not shown)",
	} {
		if got := database.Redact(url); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}
