package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
)

// balancer sends each request to the next of the bridges, as a load balancer
// without a memory does.
type balancer struct {
	address string
	behind  []*httputil.ReverseProxy
	next    atomic.Uint64
}

func newBalancer(t *testing.T) *balancer {
	t.Helper()
	b := &balancer{}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.address = server.URL
	return b
}

// add is for before the first request.
func (b *balancer) add(t *testing.T, bridge *running) {
	t.Helper()
	target, err := url.Parse(bridge.address)
	if err != nil {
		t.Fatal(err)
	}
	b.behind = append(b.behind, &httputil.ReverseProxy{
		Transport: &http.Transport{DisableKeepAlives: true},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
		},
	})
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.behind[b.next.Add(1)%uint64(len(b.behind))].ServeHTTP(w, r)
}

func TestTwoReplicasBehindOneAddressAreOneBridge(t *testing.T) {
	front, kept := newBalancer(t), &secrets{}
	key := newKey(t)
	environ := []string{
		"SCIMFORCE_DATABASE_URL=" + databasetest.URL(t, database.PostgreSQL), "SCIMFORCE_MASTER_KEY=" + key, "SCIMFORCE_PUBLIC_URL=" + front.address,
		"SCIMFORCE_LISTEN=127.0.0.1:0", "SCIMFORCE_LOG_LEVEL=debug",
	}
	replicas := []*running{start(t, environ, "serve"), start(t, environ, "serve")}
	for _, replica := range replicas {
		front.add(t, replica)
	}
	_, after, _ := strings.Cut(replicas[0].stderr.String(), "console password: ")
	password, _, _ := strings.Cut(after, " ")
	if len(password) < 20 || strings.Contains(replicas[1].stderr.String(), "console password") {
		t.Fatalf("not one of the replicas prints the first password:\n%s%s", replicas[0].stderr, replicas[1].stderr)
	}
	org := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "3", "--rotate-refresh-tokens", "--refresh-token=",
		"--callback-url", front.address+callbackPath)
	way := overhear(t, org, kept)
	kept.keep("master key", key, 0)
	kept.keep("first console password", password, 1)
	kept.keep("consumer secret", "demo-consumer-secret", 0)

	// The session, the authorization under way and Save hop from one to the other.
	somebody := signedIn(t, &running{address: front.address, stderr: replicas[0].stderr}, password)
	if err := somebody.connect(t.Context(), demoApp(&running{address: way.address}, "production"), "admin@acme.example", "demo"); err != nil {
		t.Fatalf("%v\n%s%s", err, replicas[0].stderr, replicas[1].stderr)
	}
	code, stdout, stderr := run(t, environ, "token", "create", "--name", "Okta", "--connection", "production")
	if code != exitOK {
		t.Fatalf("token create: %d %s", code, stderr)
	}
	token := strings.TrimSpace(stdout)
	kept.keep("identity provider's token", token, 0)
	answers := func(replica *running, want int) func() bool {
		return func() bool {
			status, _, _ := get(t, replica.address+"/scim/v2/Users?count=1", token)
			return status == want
		}
	}
	for i, replica := range replicas {
		eventually(t, answers(replica, http.StatusOK))
		shown, err := somebody.open(t.Context(), http.MethodGet, replica.address+"/identity-provider", nil)
		if err != nil || !slices.ContainsFunc(shown.forms, func(f form) bool { return strings.HasSuffix(f.action, "/identity-provider/tokens") }) {
			t.Errorf("replica %d does not know the session: %v, %v", i, shown, err)
		}
	}
	if n := grantsAt(t, org); n != 1 {
		t.Errorf("the org holds %d grants while both use it", n)
	}
	if err := somebody.submit(t.Context(), "disconnect", "/connections/production/disconnect", "/connections/production/disconnect", nil, nil); err != nil {
		t.Fatal(err)
	}
	for _, replica := range replicas {
		eventually(t, answers(replica, http.StatusServiceUnavailable))
	}
	if n := grantsAt(t, org); n != 0 {
		t.Errorf("the org holds %d grants after the disconnection", n)
	}
	for _, replica := range replicas {
		if code := replica.stop(); code != exitOK {
			t.Errorf("exit code %d:\n%s", code, replica.stderr)
		}
		for line := range strings.Lines(replica.stderr.String()) {
			kept.hear("log: "+line, line)
		}
	}
	for _, leak := range kept.leaks() {
		t.Error(leak)
	}
}
