package databasetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// shared is the server of a test process: it takes a second to make, and each
// test gets a database of its own. It ends with the process, however that ends.
var shared = sync.OnceValues(newServer)

// Server is a PostgreSQL server of a test's own, which it may stop.
type Server struct {
	directory string
	guard     *exec.Cmd
	alive     *os.File // the guard reads its other end, which ends with this process
}

// guard makes a server and waits for the end of its standard input, which comes
// when the test process closes it or dies, by whatever signal. Then it ends the
// server and removes its files. A client on another machine has no way in: the
// server listens on a Unix socket alone, in a directory of its owner's.
const guard = `
directory=$1 bin=$2
stop() { "$bin/pg_ctl" stop -D "$directory/data" -m immediate -s >>"$directory/log" 2>&1; }
"$bin/initdb" -D "$directory/data" -U scimforce -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions >>"$directory/log" 2>&1 &&
"$bin/pg_ctl" start -w -s -D "$directory/data" -l "$directory/log" -o "-k '$directory' -c listen_addresses= \
  -c fsync=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=32MB -c jit=off" >>"$directory/log" 2>&1 &&
echo ready >&3
exec 3>&-
while read -r command; do
  case $command in
  stop) stop ;;
  esac
done
stop
rm -rf "$directory"
`

// NewServer starts a server that ends with t.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s, err := newServer()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.alive.Close()
		_ = s.guard.Wait()
	})
	return s
}

// URL is that of a fresh database of the server.
func (s *Server) URL(t testing.TB) string {
	t.Helper()
	return s.database(t)
}

// Stop ends the server as a crash would: nobody is told, nothing is written. It
// does not come back.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if _, err := s.alive.WriteString("stop\n"); err != nil {
		t.Fatal(err)
	}
	_ = s.alive.Close()
	_ = s.guard.Wait()
}

func newServer() (_ *Server, err error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "scimforce-postgresql-")
	if err != nil {
		return nil, err
	}
	s := &Server{directory: directory}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start PostgreSQL: %w", err), s.log(), os.RemoveAll(directory))
		}
	}()
	command, alive, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = command.Close() }()
	answer, told, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, alive.Close())
	}
	defer func() { _ = answer.Close() }()

	s.alive = alive
	s.guard = exec.Command("/bin/sh", "-c", guard, "sh", directory, bin)
	s.guard.Dir = directory
	s.guard.Stdin, s.guard.ExtraFiles = command, []*os.File{told}
	// go test waits for everybody who holds its output: it returns after the
	// files are gone.
	s.guard.Stderr = os.Stderr
	// An interrupt at the terminal is for the tests: the guard cleans up after.
	s.guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 { // PostgreSQL does not run as root
		s.guard.SysProcAttr.Credential, err = unprivileged()
		if err == nil {
			err = os.Chown(directory, int(s.guard.SysProcAttr.Credential.Uid), int(s.guard.SysProcAttr.Credential.Gid))
		}
	}
	if err == nil {
		err = s.guard.Start()
	}
	if err := errors.Join(err, told.Close()); err != nil {
		return nil, errors.Join(err, alive.Close())
	}
	ready := make([]byte, len("ready"))
	if _, err := answer.Read(ready); err != nil || string(ready) != "ready" {
		return nil, errors.Join(errors.New("it did not come up"), s.log(), alive.Close(), s.guard.Wait())
	}
	return s, nil
}

// log is what the server said, as an error.
func (s *Server) log() error {
	said, err := os.ReadFile(filepath.Join(s.directory, "log"))
	if err != nil {
		return nil
	}
	return errors.New(string(said))
}

// binaries finds where initdb, pg_ctl and postgres are: in PATH, or where Debian
// keeps them, the newest version first.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("PostgreSQL is needed for the tests: run make needs, or install it and put initdb into PATH")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

// unprivileged is a user for the server when the tests run as root.
func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("the tests run as root, and there is no user postgres or nobody to run it as")
}

// address is the URL of a database.
func (s *Server) address(name string) string {
	return (&url.URL{Scheme: "postgres", User: url.User("scimforce"), Path: "/" + name, RawQuery: url.Values{"host": {s.directory}}.Encode()}).String()
}

// Directory holds the server's files and its socket.
func (s *Server) Directory() string { return s.directory }

// database makes a database until t ends.
func (s *Server) database(t testing.TB) string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text())
	if err := s.exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// A server that was stopped has no databases.
		_ = s.exec(context.WithoutCancel(t.Context()), "DROP DATABASE "+name+" WITH (FORCE)")
	})
	return s.address(name)
}

func (s *Server) exec(ctx context.Context, statement string) error {
	connection, err := pgx.Connect(ctx, s.address("postgres"))
	if err != nil {
		return err
	}
	_, err = connection.Exec(ctx, statement)
	return errors.Join(err, connection.Close(ctx))
}
