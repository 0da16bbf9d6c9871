package database_test

import (
	"database/sql"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
)

// versions is a room with the given migrations, the same on both engines.
func versions(statements ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i, statement := range statements {
		for _, folder := range []string{"sqlite", "postgresql"} {
			files["migrations/"+folder+"/0000"+string(rune('1'+i))+"_x.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + statement + ";\n")}
		}
	}
	return files
}

func TestReplicasThatMigrateAtOnceAllSucceed(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		// Each fails the second time, as Migrate asks of those for SQLite.
		statements := []string{"CREATE TABLE a (x INTEGER)", "ALTER TABLE a ADD COLUMN y INTEGER", "CREATE TABLE b (y INTEGER); INSERT INTO b VALUES (2)"}
		// Not from nothing: those who lose the race for goose's own table wait.
		if err := database.Migrate(t.Context(), open(t), "a_versions", versions(statements[0])); err != nil {
			t.Fatal(err)
		}
		var replicas sync.WaitGroup
		start := make(chan struct{})
		for range 4 {
			db := open(t)
			replicas.Go(func() {
				<-start
				if err := database.Migrate(t.Context(), db, "a_versions", versions(statements...)); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		replicas.Wait()
		var rows int
		if err := open(t).QueryRowContext(t.Context(), "SELECT count(*) FROM b WHERE y = 2").Scan(&rows); err != nil || rows != 1 {
			t.Errorf("%d rows, want 1: %v", rows, err)
		}
	})
}

func TestRoomsMigrateApart(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		db := open(t)
		for range 2 {
			for _, room := range []string{"a", "b"} {
				if err := database.Migrate(t.Context(), db, room+"_versions", versions("CREATE TABLE "+room+" (x INTEGER)")); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

func TestMigrationThatFailsChangesNothingAndSaysWhose(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		db := open(t)
		err := database.Migrate(t.Context(), db, "a_versions", versions("CREATE TABLE a (x INTEGER)", "CREATE TABLE b (x INTEGER); INSERT INTO nowhere VALUES (1)"))
		if err == nil || !strings.Contains(err.Error(), "a_versions") {
			t.Errorf("%v", err)
		}
		if _, err := db.ExecContext(t.Context(), "INSERT INTO a VALUES (1)"); err != nil {
			t.Errorf("the version before is lost: %v", err)
		}
		if _, err := db.ExecContext(t.Context(), "INSERT INTO b VALUES (1)"); err == nil {
			t.Error("half of a migration is there")
		}
	})
}

func TestLockMakesTransactionsWait(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		if err := database.Migrate(t.Context(), open(t), "a_versions", versions("CREATE TABLE a (x INTEGER)", "INSERT INTO a VALUES (0)")); err != nil {
			t.Fatal(err)
		}
		var replicas sync.WaitGroup
		for range 4 {
			db := open(t)
			replicas.Go(func() {
				for range 5 { // read, then write: an update would be lost without the lock
					tx, err := db.BeginTx(t.Context(), nil)
					if err != nil {
						t.Error(err)
						return
					}
					var x int
					err1 := database.Lock(t.Context(), database.EngineOf(db), tx, "the count")
					err2 := tx.QueryRowContext(t.Context(), "SELECT x FROM a").Scan(&x)
					_, err3 := tx.ExecContext(t.Context(), "UPDATE a SET x = $1", x+1)
					if err4 := tx.Commit(); err1 != nil || err2 != nil || err3 != nil || err4 != nil {
						t.Error(err1, err2, err3, err4)
					}
				}
			})
		}
		replicas.Wait()
		var x int
		if err := open(t).QueryRowContext(t.Context(), "SELECT x FROM a").Scan(&x); err != nil || x != 20 {
			t.Errorf("%d, want 20: %v", x, err)
		}
	})
}
