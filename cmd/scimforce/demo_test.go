package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"scimforce/salesforce"
	"scimforce/scim/audit"
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
	block := excerpt(t, "README.md", "$ go run ./cmd/scimforce demo\n")
	// The README's demo goes on serving.
	block = strings.TrimSuffix(block, "\nServing until Ctrl-C.\n")
	if diff := cmp.Diff(masked(block), masked(stdout)); diff != "" {
		t.Errorf("README.md shows another story than the demo tells (-README +demo):\n%s", diff)
	}
}

func TestAStoryWithAFailedStepEndsWithAnError(t *testing.T) {
	demo := start(t, nil, "demo", "--quiet", "--token", "another-token", "--listen", "127.0.0.1:0", "--simulator-listen", "127.0.0.1:0")
	defer demo.stop()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	var out bytes.Buffer
	entries := &entryLog{}
	entries.close()
	err := (&story{base: demo.address + "/scim/v2", token: "demo", client: client, entries: entries, out: &out}).tell(t.Context())
	if err == nil || !strings.Contains(out.String(), "FAILED: expected 200. The token is not one") {
		t.Errorf("error %v, story:\n%s", err, out.String())
	}
}

// A group that the story needs is deleted before its first step.
func TestADemoWithAFailedStepGoesOnServingAndEndsWithAnError(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var base string
	told, ended := make(chan struct{}), make(chan int, 1)
	begin := sync.OnceFunc(func() {
		_, _, body := get(t, base+"/scim/v2/Groups?filter=displayName%20eq%20%22All%20Sales%22", "demo")
		id := decode(t, body)["Resources"].([]any)[0].(map[string]any)["id"].(string)
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodDelete, base+"/scim/v2/Groups/"+id, nil)
		request.Header.Set("Authorization", "Bearer demo")
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		if err != nil || answer.StatusCode != http.StatusNoContent {
			t.Errorf("delete the group: %v, %v", answer, err)
			return
		}
		_ = answer.Body.Close()
	})
	var stdout, stderr buffer
	p := &program{
		args:      []string{"demo", "--listen", "127.0.0.1:0", "--simulator-listen", "127.0.0.1:0"},
		stderr:    &stderr,
		listening: func(_ string, address net.Addr) { base = "http://" + address.String() },
		stdout: writer(func(b []byte) {
			begin()
			_, _ = stdout.Write(b)
			if bytes.Contains(b, []byte("Serving until Ctrl-C.")) {
				close(told)
			}
		}),
	}
	go func() {
		code := -1 // if begin ends the goroutine
		defer func() { ended <- code }()
		code = p.run(ctx)
	}()
	select {
	case <-told:
	case code := <-ended:
		t.Fatalf("the demo ended with code %d: %s%s", code, stdout.String(), stderr.String())
	}
	if n := strings.Count(stdout.String(), "  FAILED: "); n != 2 {
		t.Errorf("%d steps failed, want the search for the group and the count of groups at the end:\n%s", n, stdout.String())
	}
	if status, _, _ := get(t, base+"/healthz", ""); status != http.StatusOK {
		t.Errorf("it does not serve: %d", status)
	}
	stop()
	if code := <-ended; code != exitFailed || stderr.String() != "scimforce: 2 steps of the story failed\n" {
		t.Errorf("exit code %d, stderr %q", code, stderr.String())
	}
}

// writer is a function that takes what is written.
type writer func([]byte)

func (w writer) Write(b []byte) (int, error) {
	w(b)
	return len(b), nil
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
	for flag, other := range map[string]string{"--listen": "--simulator-listen", "--simulator-listen": "--listen"} {
		code, _, stderr := run(t, nil, "demo", other, "127.0.0.1:0", flag, address)
		if code != exitFailed || !strings.Contains(stderr, " "+flag+" "+address) || !strings.Contains(stderr, "port 0") {
			t.Errorf("%s: exit code %d, stderr %q", flag, code, stderr)
		}
	}
}

func TestADemoWithBadFlagsStartsNothing(t *testing.T) {
	code, stdout, stderr := run(t, nil, "demo", "--users=-1", "--latency=-1s", "--token", "two words")
	if code != exitUsage || stdout != "" || !strings.Contains(stderr, "3 problems") || !strings.Contains(stderr, "--token") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

func TestADemoThatIsStoppedDuringTheStoryEndsQuietly(t *testing.T) {
	for _, c := range []struct {
		once, stderr string
		code         int
	}{
		{"--once=false", "", exitOK},
		{"--once", "scimforce: the story was interrupted: context canceled\n", exitFailed}, // the story was the purpose
	} {
		demo := start(t, nil, "demo", c.once, "--latency", "1h", "--listen", "127.0.0.1:0", "--simulator-listen", "127.0.0.1:0")
		if code := demo.stop(); code != c.code || demo.stderr.String() != c.stderr {
			t.Errorf("%s: exit code %d, stderr %q", c.once, code, demo.stderr)
		}
		if out := demo.stdout.String(); strings.Contains(out, "FAILED") || strings.Contains(out, "Serving until") {
			t.Errorf("%s: the story goes on:\n%s", c.once, out)
		}
	}
}

func TestEntriesOfOthersUnderOneRequestIDHoldNobodyUp(t *testing.T) {
	entries := &entryLog{}
	for range 3 {
		entries.Record(t.Context(), audit.Entry{RequestID: "same", Calls: []salesforce.Call{{Resource: "/query"}}})
	}
	if calls := entries.take(t.Context(), "same"); len(calls) != 1 {
		t.Errorf("calls %v", calls)
	}
}

func TestAPageIsReadAsABrowserReadsIt(t *testing.T) {
	base, err := url.Parse("http://org.example/login?x=1")
	if err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(`<input name=stray><p><form action="/next?y=2"><input name=a value="1&amp;2"><input name=b><input value=c>
		<input type=radio name=r value=1><input type=radio name=r value=2 checked></form><form action=other></form>`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := readPage(root, base)
	if err != nil {
		t.Fatal(err)
	}
	want := page{forms: []form{
		{action: "http://org.example/next?y=2", values: url.Values{"a": {"1&2"}, "b": {""}, "r": {"2"}}},
		{action: "http://org.example/other", values: url.Values{}},
	}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(form{}, page{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheDemoSeedsThePeopleAskedForAndDelaysEachCall(t *testing.T) {
	total := func(arguments ...string) (people float64, took time.Duration) {
		demo := start(t, nil, append([]string{"demo", "--quiet", "--listen", "127.0.0.1:0", "--simulator-listen", "127.0.0.1:0"}, arguments...)...)
		defer demo.stop()
		began := time.Now()
		_, _, body := get(t, demo.address+"/scim/v2/Users?count=0", "demo")
		people, _ = decode(t, body)["totalResults"].(float64)
		return people, time.Since(began)
	}
	few, _ := total("--users", "3")
	many, took := total("--users", "40", "--latency", "60ms")
	if few < 3 || many != few+37 {
		t.Errorf("with --users 3 there are %v people, with --users 40 %v", few, many)
	}
	if took < 60*time.Millisecond {
		t.Errorf("with --latency 60ms a request took %v", took)
	}
}
