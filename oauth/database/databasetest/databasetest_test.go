package databasetest_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
)

func TestEachTestHasItsOwnDatabaseAndEachReplicaTheSame(t *testing.T) {
	for range 2 { // the table would be there the second time
		databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
			one, other := open(t), open(t)
			if _, err := one.ExecContext(t.Context(), "CREATE TABLE x (y INTEGER)"); err != nil {
				t.Fatal(err)
			}
			if _, err := other.ExecContext(t.Context(), "INSERT INTO x VALUES (1)"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestAServerThatStopsIsGone(t *testing.T) {
	server := databasetest.NewServer(t)
	databaseURL := server.URL(t)
	db := databasetest.Open(t, databaseURL)
	server.Stop(t)
	if err := db.PingContext(t.Context()); !database.IsGone(err) {
		t.Errorf("%v", err)
	}
	if _, err := database.Open(t.Context(), databaseURL); !database.IsGone(err) {
		t.Errorf("%v", err)
	}
}

func TestAServerEndsWithAProcessThatIsKilled(t *testing.T) {
	const dies = "SCIMFORCE_DATABASETEST_DIES"
	if os.Getenv(dies) != "" { // the process that is started below
		server := databasetest.NewServer(t)
		if _, err := os.Stat(filepath.Join(server.Directory(), "data", "postmaster.pid")); err != nil {
			t.Fatal(err)
		}
		fmt.Println("server in <" + server.Directory() + ">")
		if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	process.Env = append(os.Environ(), dies+"=yes")
	output, err := process.CombinedOutput() // ends when the guard has let go of it
	directory := regexp.MustCompile(`server in <(.+)>`).FindSubmatch(output)
	if err == nil || directory == nil {
		t.Fatalf("it was not killed: %v\n%s", err, output)
	}
	if _, err := os.Stat(string(directory[1])); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", directory[1], err)
	}
}
