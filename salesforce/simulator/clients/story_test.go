package clients

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// installed is where `make needs` puts the clients.
const installed = "../../../.build/clients"

// line is one step of a story: its name in the script, and what it comes to as
// JSON. Ids stand there as their key prefix, "<005>", and the org as
// "<address>".
type line struct{ step, want string }

// tell runs a script and compares what its steps came to, each in a subtest.
// The script and the table have to have the same steps.
func tell(t *testing.T, w world, script string, lines []line) {
	t.Helper()
	told := perform(t, w, script)
	for _, l := range lines {
		got, ok := told[l.step]
		delete(told, l.step)
		if !ok {
			t.Errorf("%s has no step %q", script, l.step)
			continue
		}
		t.Run(l.step, func(t *testing.T) {
			if diff := cmp.Diff(plain(t, l.want), plain(t, w.blank(got))); diff != "" {
				t.Errorf("%s\n(-want +got):\n%s", w.blank(got), diff)
			}
		})
	}
	for step, got := range told {
		t.Errorf("the table has no step %q, which came to\n%s", step, w.blank(got))
	}
}

// perform runs a script and reads what it printed: the outcome of each step.
func perform(t *testing.T, w world, script string) map[string]json.RawMessage {
	t.Helper()
	input, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", filepath.FromSlash(script))
	var command *exec.Cmd
	if strings.HasSuffix(script, ".js") {
		command = exec.CommandContext(t.Context(), "node", path)
		command.Env = environment("NODE_PATH=" + absolute(t, installed+"/node/node_modules"))
	} else {
		command = exec.CommandContext(t.Context(), absolute(t, installed+"/python/bin/python"), "-B", path)
		command.Env = environment("REQUESTS_CA_BUNDLE=" + w.CA)
	}
	var stdout, stderr bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(input), &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, stderr.String())
	}
	var told map[string]json.RawMessage
	if err := json.Unmarshal(stdout.Bytes(), &told); err != nil {
		t.Fatalf("%s printed no story: %v\n%s\n%s", script, err, stdout.String(), stderr.String())
	}
	return told
}

// interpret is the command that runs a script in Node.js or Python, where it
// finds the clients and trusts the world's authority.
func interpret(t *testing.T, w world, path string) *exec.Cmd {
	t.Helper()
	if filepath.Ext(path) == ".js" {
		if _, err := exec.LookPath("node"); err != nil {
			t.Fatalf("Node.js is not installed, run `make needs`: %v", err)
		}
		command := exec.CommandContext(t.Context(), "node", path)
		command.Env = environment("NODE_PATH=" + absolute(t, installed+"/node/node_modules"))
		return command
	}
	command := exec.CommandContext(t.Context(), absolute(t, installed+"/python/bin/python"), "-B", path)
	command.Env = environment("REQUESTS_CA_BUNDLE=" + w.CA)
	return command
}

// absolute is the path of something that `make needs` installs.
func absolute(t *testing.T, path string) string {
	t.Helper()
	full, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(full)
	}
	if err != nil {
		t.Fatalf("the real Salesforce clients are not installed, run `make needs`: %v", err)
	}
	return full
}

var anID = regexp.MustCompile(`\b(00D|001|003|005|00G|00e|00E|011|0Pa|0PS|0PG)[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b`)

// blank replaces ids and the org's address, which are not what is compared.
func (w world) blank(told json.RawMessage) string {
	return anID.ReplaceAllString(strings.ReplaceAll(string(told), w.Address, "<address>"), "<$1>")
}

func plain(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// environment is the test's own without proxies: everything is on loopback.
func environment(more ...string) []string {
	own := slices.DeleteFunc(os.Environ(), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return strings.HasSuffix(strings.ToLower(name), "_proxy")
	})
	return append(own, more...)
}
