package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func TestDatabaseFileIsForItsOwnerOnly(t *testing.T) {
	for _, name := range []string{"scimforce.db", "with space#and?marks%20.db"} {
		path := filepath.Join(t.TempDir(), name)
		for range 2 { // made, and opened again after somebody opened it up
			db, err := openDatabase(t.Context(), "sqlite:"+path)
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
	db, err := openDatabase(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
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
	file, err := openDatabase(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	memory, err := openMemory(t.Context(), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	other, err := openMemory(t.Context(), t.Name()+" other")
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

func TestDatabaseURLSpellings(t *testing.T) {
	for databaseURL, want := range map[string]string{"sqlite:x.db": "x.db", "sqlite:/data/x.db": "/data/x.db", "sqlite:///data/x.db": "/data/x.db"} {
		if got, problem := sqlitePath(databaseURL); got != want || problem != "" {
			t.Errorf("%s: %q %s", databaseURL, got, problem)
		}
	}
}
