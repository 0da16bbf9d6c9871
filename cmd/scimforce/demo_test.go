package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// masked hides what differs from run to run: ports, ids, and milliseconds with the room they take.
func masked(text string) string {
	for pattern, mask := range map[string]string{
		`127\.0\.0\.1:\d+`:     "127.0.0.1:PORT",
		`\b0[0-9A-Za-z]{17}\b`: "ID",
		` +\d+ ms`:             " N ms",
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, mask)
	}
	return text
}

func TestTheStoryInTheReadmeIsWhatTheDemoPrints(t *testing.T) {
	code, stdout, stderr := run(t, nil, "demo", "--listen", "127.0.0.1:0", "--simulator-listen", "127.0.0.1:0", "--once")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit code %d, stderr %q, stdout:\n%s", code, stderr, stdout)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(readme), "$ go run ./cmd/scimforce demo\n")
	block, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatal("README.md shows no output of the demo")
	}
	// The README's demo goes on serving.
	block = strings.TrimSuffix(block, "\nServing until Ctrl-C.\n")
	if diff := cmp.Diff(masked(block), masked(stdout)); diff != "" {
		t.Errorf("README.md shows another story than the demo tells (-README +demo):\n%s", diff)
	}
}

func TestAStoryWithAFailedStepEndsWithAnError(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"detail":"no such token"}`))
	}))
	defer refusing.Close()
	var out bytes.Buffer
	entries := &entryLog{}
	entries.close()
	err := (&story{base: refusing.URL, client: refusing.Client(), entries: entries, out: &out}).tell(t.Context())
	if err == nil || !strings.Contains(out.String(), "FAILED: expected 200. no such token") {
		t.Errorf("error %v, story:\n%s", err, out.String())
	}
}

func TestTheDemoServesUntilItIsStopped(t *testing.T) {
	demo := start(t, nil, "demo", "--quiet", "--token", "another-token", "--listen", "127.0.0.1:0", "--simulator-listen", "127.0.0.1:0")
	for path, want := range map[string]int{"/readyz": http.StatusOK, "/scim/v2/Users?count=1": http.StatusOK} {
		if status, _, body := get(t, demo.address+path, "another-token"); status != want {
			t.Errorf("%s with the token: status %d, %s", path, status, body)
		}
	}
	if status, _, _ := get(t, demo.address+"/scim/v2/Users?count=1", "demo"); status != http.StatusUnauthorized {
		t.Errorf("with another token: status %d", status)
	}
	if code := demo.stop(); code != exitOK {
		t.Errorf("exit code %d, stderr %q", code, demo.stderr)
	}
}

func TestADemoThatCannotListenSaysSo(t *testing.T) {
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	address := strings.TrimPrefix(taken.URL, "http://")
	code, _, stderr := run(t, nil, "demo", "--listen", address)
	if code != exitFailed || !strings.Contains(stderr, "--listen "+address) || !strings.Contains(stderr, "port 0") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
}

func TestReadFormTakesTheActionAndTheFields(t *testing.T) {
	base, err := url.Parse("http://org.example/login?x=1")
	if err != nil {
		t.Fatal(err)
	}
	page, err := html.Parse(strings.NewReader(`<p><form action="/next?y=2"><input name=a value="1&amp;2"><input name=b><input value=c></form>`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := readForm(page, base)
	if err != nil {
		t.Fatal(err)
	}
	want := form{action: "http://org.example/next?y=2", values: url.Values{"a": {"1&2"}, "b": {""}}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(form{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
