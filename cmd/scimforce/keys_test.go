package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
	"scimforce/oauth/vault"
)

// with is an environment with some settings more, which win.
func with(environ []string, settings ...string) []string {
	return append(environ[:len(environ):len(environ)], settings...)
}

// newKey is a master key of the command line.
func newKey(t *testing.T) string {
	t.Helper()
	code, stdout, stderr := run(t, nil, "keys", "new")
	text := strings.TrimSuffix(stdout, "\n")
	key, err := vault.ParseMasterKey(text)
	if code != exitOK || err != nil || strings.Contains(stderr, text) || !strings.Contains(stderr, key.Fingerprint()) {
		t.Fatalf("keys new: %d, %v: %s", code, err, stderr)
	}
	return text
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// wantReady checks that a bridge works with Salesforce.
func wantReady(t *testing.T, bridge *running) {
	t.Helper()
	if status, _, body := get(t, bridge.address+"/readyz", ""); status != http.StatusOK {
		t.Errorf("readyz %d %s\n%s", status, body, bridge.stderr)
	}
}

// wantRun checks how a command ends and what it says.
func wantRun(t *testing.T, environ, args []string, wantCode int, want string) {
	t.Helper()
	code, stdout, stderr := run(t, environ, args...)
	if code != wantCode || !strings.Contains(stdout+stderr, want) {
		t.Errorf("%v: exit code %d, want %d and %q: %s%s", args, code, wantCode, want, stdout, stderr)
	}
}

func TestFirstRunMakesAMasterKeyBesideTheDatabase(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0", "--rotate-refresh-tokens")
	directory := t.TempDir()
	environ, path := against(simulator, filepath.Join(directory, "scimforce.db")), filepath.Join(directory, "master.key")

	bridge := start(t, environ, "serve")
	wantReady(t, bridge)
	bridge.stop()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key, err := vault.ParseMasterKey(string(text))
	if err != nil {
		t.Fatal(err)
	}
	log := bridge.stderr.String()
	if !strings.Contains(log, "A MASTER KEY WAS MADE") || !strings.Contains(log, path) || strings.Contains(log, strings.TrimSpace(string(text))) {
		t.Errorf("the log is\n%s", log)
	}
	if content, err := os.ReadFile(filepath.Join(directory, "scimforce.db")); err != nil || strings.Contains(string(content), "demo-consumer-secret") || strings.Contains(string(content), "5Aep861") {
		t.Errorf("the database shows secrets: %v", err)
	}

	// It is kept, and closed to others again.
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	bridge = start(t, environ, "serve")
	wantReady(t, bridge)
	bridge.stop()
	if again, err := os.ReadFile(path); err != nil || string(again) != string(text) || strings.Contains(bridge.stderr.String(), "WAS MADE") {
		t.Errorf("another key was made: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}

	// Without it nothing starts, and nothing is overwritten.
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	wantRun(t, environ, []string{"serve"}, exitUsage, "nothing was overwritten")
	wantRun(t, environ, []string{"keys", "rotate"}, exitUsage, "nothing was overwritten")
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("a new key was made for old secrets: %v", err)
	}
	other := newKey(t)
	wantRun(t, with(environ, "SCIMFORCE_MASTER_KEY="+other), []string{"serve"}, exitFailed, key.Fingerprint())
	writeFile(t, path, "")
	wantRun(t, environ, []string{"serve"}, exitUsage, "is empty")
	writeFile(t, path, "hunter2hunter2")
	wantRun(t, environ, []string{"serve"}, exitUsage, "begins with scimforce-master-")

	// The copy opens it, wherever it lies.
	for _, setting := range []string{"SCIMFORCE_MASTER_KEY=" + string(text), "SCIMFORCE_MASTER_KEY_FILE=" + path + ".away"} {
		bridge = start(t, with(environ, setting), "serve")
		wantReady(t, bridge)
		bridge.stop()
	}
}

func TestKeysAreRotatedWhileABridgeRuns(t *testing.T) {
	for _, engine := range []database.Engine{database.SQLite, database.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0", "--rotate-refresh-tokens")
			directory := t.TempDir()
			oldFile, newFile := filepath.Join(directory, "old"), filepath.Join(directory, "new")
			old, next := newKey(t), newKey(t)
			writeFile(t, oldFile, old+"\n")
			writeFile(t, newFile, next+"\n")
			environ := with(against(simulator, ""), "SCIMFORCE_DATABASE_URL="+databasetest.URL(t, engine), "SCIMFORCE_MASTER_KEY_FILE="+oldFile)
			given := with(environ, "SCIMFORCE_MASTER_KEY_FILE="+newFile)

			wantRun(t, environ, []string{"keys", "rotate"}, exitFailed, "nothing to rotate")
			bridge := start(t, environ, "serve")
			wantReady(t, bridge)
			// The consumer secret and the refresh token.
			wantRun(t, environ, []string{"keys", "rotate"}, exitOK, "2 secrets were sealed anew")
			wantReady(t, bridge)
			bridge.stop()
			bridge = start(t, environ, "serve")
			wantReady(t, bridge)

			wantRun(t, given, []string{"keys", "rotate"}, exitFailed, "does not open")
			wantRun(t, environ, []string{"keys", "rotate", "--new-master-key-file", newFile}, exitOK, "--retire")
			wantRun(t, environ, []string{"keys", "rotate"}, exitFailed, "several master keys")
			wantRun(t, environ, []string{"keys", "rotate", "--retire"}, exitFailed, "is not the one that was added last")
			second := start(t, given, "serve") // one after the other is given the new one
			wantReady(t, second)
			wantReady(t, bridge)
			bridge.stop()
			wantRun(t, given, []string{"keys", "rotate", "--retire"}, exitOK, "2 secrets were sealed anew")
			wantReady(t, second)
			second.stop()
			wantRun(t, environ, []string{"serve"}, exitFailed, "does not open")
			bridge = start(t, given, "serve")
			wantReady(t, bridge)
			for _, r := range []*running{bridge, second} {
				for _, key := range []string{old, next} {
					if strings.Contains(r.stderr.String(), strings.TrimPrefix(key, "scimforce-master-")) {
						t.Error("a log holds a master key")
					}
				}
			}
		})
	}
}

func TestKeysRotateSaysWhatIsWrong(t *testing.T) {
	directory := t.TempDir()
	file := filepath.Join(directory, "key")
	writeFile(t, file, newKey(t))
	writeFile(t, file+".bad", "scimforce-master-cut")
	environ := []string{"SCIMFORCE_DATABASE_URL=sqlite:" + filepath.Join(directory, "x.db")}
	for name, test := range map[string]struct {
		environ, args []string
		want          string
	}{
		"both steps at once":    {nil, []string{"--retire", "--new-master-key-file", file}, "two steps"},
		"no such file":          {nil, []string{"--new-master-key-file", file + ".none"}, "cannot be read"},
		"no key in the file":    {nil, []string{"--new-master-key-file", file + ".bad"}, "copy the whole master key"},
		"no key in the setting": {[]string{"SCIMFORCE_MASTER_KEY=hunter2hunter2"}, nil, "begins with"},
		"two settings":          {[]string{"SCIMFORCE_MASTER_KEY=x", "SCIMFORCE_MASTER_KEY_FILE=" + file}, nil, "are both set"},
		"PostgreSQL without":    {[]string{"SCIMFORCE_DATABASE_URL=postgres://u:very-secret@h/d"}, nil, "SCIMFORCE_MASTER_KEY is missing"},
		"no database":           {[]string{"SCIMFORCE_DATABASE_URL=mysql://u:very-secret@h/d"}, nil, "is no database URL"},
	} {
		code, stdout, stderr := run(t, with(environ, test.environ...), append([]string{"keys", "rotate"}, test.args...)...)
		if code != exitUsage || !strings.Contains(stderr, test.want) || strings.Contains(stderr, "hunter2") || strings.Contains(stderr, "very-secret") {
			t.Errorf("%s: exit code %d, want %q: %s%s", name, code, test.want, stdout, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(directory, "x.db")); !os.IsNotExist(err) {
		t.Errorf("a database was made: %v", err)
	}
}

func TestSQLiteIsToldHowItsMasterKeyFileIsReplaced(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0", "--rotate-refresh-tokens")
	directory := t.TempDir()
	environ, path := against(simulator, filepath.Join(directory, "scimforce.db")), filepath.Join(directory, "master.key")
	start(t, environ, "serve").stop()
	file := filepath.Join(directory, "next.key")
	writeFile(t, file, newKey(t))
	wantRun(t, environ, []string{"keys", "rotate", "--new-master-key-file", file}, exitOK, "replace "+path)
	if err := os.Rename(file, path); err != nil {
		t.Fatal(err)
	}
	wantRun(t, environ, []string{"keys", "rotate", "--retire"}, exitOK, "sealed anew")
	wantReady(t, start(t, environ, "serve"))
}
