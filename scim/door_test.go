package scim

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"scimforce/oauth/idp"
	"scimforce/scim/audit"
	"scimforce/scim/directory"
)

func TestEveryErrorIsASCIMError(t *testing.T) {
	const create = `{"schemas":["` + userURN + `"],"userName":"ada@acme.example"}`
	tests := []struct {
		name         string
		method, path string
		body         string
		headers      []string
		status       int
		scimType     string
		detail       string   // must be contained
		answered     []string // headers in pairs that the answer must have
	}{
		{name: "no token", method: "GET", path: "/Users", headers: []string{"Authorization", ""}, status: 401, detail: "That is no token.", answered: []string{"WWW-Authenticate", "Bearer"}},
		{name: "a wrong token", method: "GET", path: "/Users", headers: []string{"Authorization", "non-token"}, status: 401, detail: "token", answered: []string{"WWW-Authenticate", "Bearer"}},
		{name: "a wrong token is told nothing of paths", method: "GET", path: "/nowhere", headers: []string{"Authorization", "x"}, status: 401},
		{name: "an unknown path", method: "GET", path: "/nowhere", status: 404, detail: "/Users"},
		{name: "a change of the root", method: "DELETE", path: "/", status: 405, answered: []string{"Allow", "GET, HEAD"}},
		{name: "below a resource", method: "GET", path: "/Users/" + userID + "/roles", status: 404},
		{name: "an unknown user", method: "GET", path: "/Users/00919288221112222", status: 404, detail: "00919288221112222"},
		{name: "PingFederate's probe for user 0", method: "GET", path: "/Users/0", status: 404},
		{name: "an unknown schema", method: "GET", path: "/Schemas/urn:nope", status: 404},
		{name: "an unknown resource type", method: "GET", path: "/ResourceTypes/Nope", status: 404},
		{name: "PATCH on the endpoint", method: "PATCH", path: "/Users", status: 405, detail: "GET, HEAD, POST", answered: []string{"Allow", "GET, HEAD, POST"}},
		{name: "POST on a resource", method: "POST", path: "/Users/" + userID, body: "{}", status: 405, answered: []string{"Allow", "DELETE, GET, HEAD, PATCH, PUT"}},
		{name: "POST on discovery", method: "POST", path: "/ServiceProviderConfig", body: "{}", status: 405, answered: []string{"Allow", "GET, HEAD"}},
		{name: "a method nobody knows", method: "BREW", path: "/Groups", status: 405, answered: []string{"Allow", "GET, HEAD, POST"}},
		{name: "OPTIONS", method: "OPTIONS", path: "/Groups", status: 405, answered: []string{"Allow", "GET, HEAD, POST"}},
		{name: "Me", method: "GET", path: "/Me", status: 501, detail: "/Me"},
		{name: "Bulk of nothing", method: "POST", path: "/Bulk", body: "{}", status: 400, scimType: "invalidValue", detail: "Operations"},
		{name: "GET on Bulk", method: "GET", path: "/Bulk", status: 405, answered: []string{"Allow", "POST"}},
		{name: "a search by GET", method: "GET", path: "/Users/.search", status: 405, answered: []string{"Allow", "POST"}},
		{name: "a search that is another message", method: "POST", path: "/.search", body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}`, status: 400, scimType: "invalidSyntax", detail: "SearchRequest"},
		{name: "a search whose filter is no text", method: "POST", path: "/Users/.search", body: `{"filter":["x"]}`, status: 400, scimType: "invalidFilter", detail: "must be a string"},
		{name: "a search whose count is no number", method: "POST", path: "/Users/.search", body: `{"count":true}`, status: 400, scimType: "invalidValue", detail: "whole number"},
		{name: "a search whose attributes are numbers", method: "POST", path: "/Users/.search", body: `{"attributes":[1]}`, status: 400, scimType: "invalidValue", detail: "attribute names"},
		{name: "a search that says a thing twice", method: "POST", path: "/Users/.search", body: `{"count":1,"Count":2}`, status: 400, scimType: "invalidValue", detail: "twice"},
		{name: "a forged cursor", method: "GET", path: "/Users?cursor=forged", status: 400, scimType: "invalidCursor", detail: "begin again"},
		{name: "a cursor of a megabyte", method: "POST", path: "/Users/.search", body: `{"cursor":"` + strings.Repeat("A", 1<<19) + `"}`, status: 400, scimType: "invalidCursor"},
		{name: "a count that is no number, with a cursor", method: "GET", path: "/Users?cursor=&count=many", status: 400, scimType: "invalidCount", detail: "whole number"},
		{name: "a sortBy that is no attribute", method: "GET", path: "/Users?sortBy=shoeSize", status: 400, scimType: "invalidValue", detail: "/Schemas"},
		{name: "a sortBy that is no name", method: "GET", path: "/Users?sortBy=%22", status: 400, scimType: "invalidValue", detail: "userName"},
		{name: "a sortBy that has parts", method: "GET", path: "/Users?sortBy=name", status: 400, scimType: "invalidValue", detail: "name.familyName"},
		{name: "a sortOrder of another kind", method: "GET", path: "/Users?sortBy=userName&sortOrder=up", status: 400, scimType: "invalidValue", detail: "descending"},
		{name: "a body that says it is a form", method: "POST", path: "/Users", body: "a=b", headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, detail: "application/scim+json"},
		{name: "a compressed body", method: "POST", path: "/Users", body: create, headers: []string{"Content-Encoding", "gzip"}, status: 415},
		{name: "a body over the limit", method: "POST", path: "/Users", body: `{"userName":"` + strings.Repeat("x", 1<<20) + `"}`, status: 413, detail: "1048576"},
		{name: "no body", method: "POST", path: "/Users", status: 400, scimType: "invalidSyntax", detail: "empty"},
		{name: "broken JSON", method: "POST", path: "/Users", body: "{\n  \"userName\" \"ada\"}", status: 400, scimType: "invalidSyntax", detail: "line 2, column 14"},
		{name: "a list where an object is needed", method: "PUT", path: "/Users/" + userID, body: " [1]", status: 400, scimType: "invalidSyntax", detail: "line 1, column 2"},
		{name: "something after the object", method: "POST", path: "/Groups", body: `{"displayName":"x"} {}`, status: 400, scimType: "invalidSyntax", detail: "column 21"},
		{name: "a user without a name", method: "POST", path: "/Users", body: `{"schemas":["` + userURN + `"]}`, status: 400, scimType: "invalidValue", detail: "userName"},
		{name: "a wrong type", method: "POST", path: "/Users", body: `{"schemas":["` + userURN + `"],"userName":"ada","active":[true]}`, status: 400, scimType: "invalidValue", detail: "active"},
		{name: "a filter that cannot be read", method: "GET", path: "/Users?filter=userName+eq", status: 400, scimType: "invalidFilter", detail: "character"},
		{name: "a filter with a stray percent sign", method: "GET", path: "/Users?filter=title+eq+%22100%%22", status: 400, scimType: "invalidFilter", detail: "%25"},
		{name: "a count that is no number", method: "GET", path: "/Users?count=all", status: 400, scimType: "invalidValue", detail: "count"},
		{name: "a start that is no number", method: "GET", path: "/Users?startIndex=1.5", status: 400, scimType: "invalidValue", detail: "startIndex"},
		{name: "a filter on discovery", method: "GET", path: "/Schemas?filter=id+eq+%22x%22", status: 403, detail: "filter"},
		{name: "a filter on a resource type", method: "GET", path: "/ResourceTypes/User?FILTER=id+eq+%22x%22", status: 403},
		{name: "a filter on the configuration", method: "GET", path: "/ServiceProviderConfig?filter=id+pr", status: 403},
		{name: "DELETE of an unknown group", method: "DELETE", path: "/Groups/00Gnope", status: 404},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := serve(newServer(t, newFake()), request(test.method, test.path, test.body, test.headers...))
			detail := wantError(t, w, test.status, test.scimType)
			if !strings.Contains(detail, test.detail) {
				t.Errorf("the detail is %q, want it to say %q", detail, test.detail)
			}
			for i := 0; i+1 < len(test.answered); i += 2 {
				if got := w.Header().Get(test.answered[i]); got != test.answered[i+1] {
					t.Errorf("%s is %q, want %q", test.answered[i], got, test.answered[i+1])
				}
			}
			if w.Header().Get("X-Request-Id") == "" {
				t.Error("the answer has no request id")
			}
		})
	}
}

func TestAFailureInsideTellsTheIdPNothingButTheRequestID(t *testing.T) {
	var logged bytes.Buffer
	logger := func(c *Config) { c.Logger = slog.New(slog.NewJSONHandler(&logged, nil)) }
	for name, d := range map[string]*fake{
		"an unknown error": {fail: errors.New("pq: secret table of ada@acme.example is on fire")},
		"a panic":          {panic: "secret table of ada@acme.example is on fire"},
	} {
		t.Run(name, func(t *testing.T) {
			logged.Reset()
			w := serve(newServer(t, d, logger), request("GET", "/Users/"+userID, "", "X-Request-Id", "trace-17"))
			detail := wantError(t, w, 500, "")
			if strings.Contains(detail, "secret") || !strings.Contains(detail, "trace-17") {
				t.Errorf("the detail is %q", detail)
			}
			if line := logged.String(); !strings.Contains(line, "is on fire") || !strings.Contains(line, "trace-17") {
				t.Errorf("the log does not say what happened: %s", line)
			}
			if strings.Contains(logged.String(), "ada@acme.example") {
				t.Errorf("the log holds an address: %s", logged.String())
			}
		})
	}
}

func TestAClientThatHangsUpIsNoErrorInTheLog(t *testing.T) {
	for _, gone := range []bool{true, false} {
		var logged bytes.Buffer
		h := newServer(t, &fake{fail: errors.New("broken"), block: gone}, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&logged, nil)) })
		ctx, cancel := context.WithCancel(t.Context())
		if gone {
			cancel()
		}
		serve(h, request("GET", "/Users/"+userID, "").WithContext(ctx))
		cancel()
		if failed := strings.Contains(logged.String(), "level=ERROR"); failed == gone {
			t.Errorf("hung up %v: %s", gone, logged.String())
		}
	}
}

func TestAnAbortedAnswerGoesOnPanicking(t *testing.T) {
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("http.ErrAbortHandler was swallowed")
		}
	}()
	serve(newServer(t, &fake{panic: http.ErrAbortHandler}), request("GET", "/Users/1", ""))
}

func TestASlowDirectoryIsAnsweredWith503BeforeTheClientGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newServer(t, &fake{block: true})
		start := time.Now()
		w := serve(h, request("GET", "/Users/"+userID, ""))
		wantError(t, w, 503, "")
		if got := time.Since(start); got != 55*time.Second {
			t.Errorf("answered after %s", got)
		}
		if w.Header().Get("Retry-After") == "" {
			t.Error("there is no Retry-After")
		}
	})
}

func TestAChangeIsFinishedWhenTheClientHangsUp(t *testing.T) {
	for method, body := range map[string]string{"GET": "", "DELETE": ""} {
		var seen error
		d := newFake()
		hung, hangUp := context.WithCancel(t.Context())
		hangUp()
		h := newServer(t, &watching{fake: d, seen: func(ctx context.Context) { seen = ctx.Err() }})
		serve(h, request(method, "/Users/"+userID, body).WithContext(hung))
		if changed := method != "GET"; changed != (seen == nil) {
			t.Errorf("%s saw its context end with %v", method, seen)
		}
	}
}

// watching tells of the context that a verb is called with.
type watching struct {
	*fake
	seen func(context.Context)
}

func (f *watching) DeleteUser(ctx context.Context, id string, match directory.Condition) error {
	f.seen(ctx)
	return f.fake.DeleteUser(ctx, id, nil)
}

func (f *watching) User(ctx context.Context, id string, w directory.Want) (map[string]any, error) {
	f.seen(ctx)
	return f.fake.User(ctx, id, w)
}

func TestTheRequestIDIsTakenOverWhenItIsSane(t *testing.T) {
	h := newServer(t, newFake())
	for sent, kept := range map[string]bool{
		"4bf92f35-77b3.4da6_a": true, "": false, "with blank": false, "ada@acme.example": false,
		"<script>": false, strings.Repeat("a", 65): false, "line\nbreak": false, strings.Repeat("a", 64): true,
	} {
		r := request("GET", "/Users", "")
		if sent != "" {
			r.Header["X-Request-Id"] = []string{sent}
		}
		got := serve(h, r).Header().Get("X-Request-Id")
		if (got == sent && sent != "") != kept || got == "" {
			t.Errorf("sent %q, got %q", sent, got)
		}
	}
}

func TestTheLogLineHoldsNoAddressNoValueAndNoSecret(t *testing.T) {
	var logged bytes.Buffer
	h := newServer(t, newFake(), func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&logged, nil)) })
	serve(h, request("GET", `/Users?filter=userName+eq+%22ada%40acme.example%22+and+title+eq+Engineer&count=5&secret=hunter2`, ""))
	serve(h, request("GET", "/Users/bob@acme.example", ""))
	line := logged.String()
	for _, never := range []string{"ada", "bob@", "Engineer", "hunter2", "secret"} {
		if strings.Contains(line, never) {
			t.Errorf("the log holds %q: %s", never, line)
		}
	}
	for _, must := range []string{`userName eq`, "count=5", "credential=okta", "status=200", "status=404", "request_id="} {
		if !strings.Contains(line, must) {
			t.Errorf("the log lacks %q: %s", must, line)
		}
	}
	if got := strings.Count(line, "\n"); got != 2 {
		t.Errorf("two requests made %d lines", got)
	}
}

// kept is an audit sink that keeps its entries.
type kept struct{ entries []audit.Entry }

func (k *kept) Record(_ context.Context, e audit.Entry) { k.entries = append(k.entries, e) }

func TestTheAuditHasOneEntryARequest(t *testing.T) {
	sink := &kept{}
	h := newServer(t, newFake(), func(c *Config) { c.Audit = sink })
	serve(h, request("POST", "/Users", `{"schemas":["`+userURN+`"],"userName":"ada@acme.example"}`))
	serve(h, request("GET", "/Groups/00Gnope/", ""))
	serve(h, request("GET", "/Users", "", "Authorization", ""))
	if len(sink.entries) != 3 {
		t.Fatalf("there are %d entries", len(sink.entries))
	}
	made, missed, stranger := sink.entries[0], sink.entries[1], sink.entries[2]
	if made.ResourceType != "User" || made.ResourceID != userID || made.Status != 201 || made.Credential != "okta" || made.RequestID == "" {
		t.Errorf("the entry of a POST is %+v", made)
	}
	if missed.Path != "/Groups/00Gnope" || missed.ResourceID != "00Gnope" || missed.Status != 404 || missed.Detail == "" {
		t.Errorf("the entry of a miss is %+v", missed)
	}
	if stranger.Credential != "" || stranger.Status != 401 || stranger.ResourceType != "" {
		t.Errorf("the entry of a stranger is %+v", stranger)
	}
}

func TestTheAuditIsBoundedWhateverIsAskedFor(t *testing.T) {
	sink := &kept{}
	h := newServer(t, newFake(), func(c *Config) { c.Audit = sink })
	serve(h, request("DELETE", "/Users/"+strings.Repeat("x", 50_000), "", "Authorization", ""))
	serve(h, request("DELETE", "/Users/"+strings.Repeat("x", 50_000)+"%ff", ""))
	for _, e := range sink.entries {
		if len(e.Path) > 300 || len(e.ResourceID) > 300 || len(e.Detail) > 2*maxDetail || !utf8.ValidString(e.Path+e.ResourceID+e.Detail) {
			t.Errorf("the entry of a %d has a path of %d bytes, an id of %d and a detail of %d", e.Status, len(e.Path), len(e.ResourceID), len(e.Detail))
		}
	}
}

func TestMetricsCountRequestsAndReasons(t *testing.T) {
	registry := prometheus.NewRegistry()
	h := newServer(t, newFake(), func(c *Config) { c.Metrics = registry })
	serve(h, request("GET", "/Users/"+userID, ""))
	serve(h, request("GET", "/Users/nope", ""))
	serve(h, request("BREW", "/coffee", ""))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			lines = append(lines, f.GetName()+"{"+strings.Join(labels, ",")+"}")
		}
	}
	got := strings.Join(lines, "\n")
	for _, must := range []string{
		"scimforce_scim_requests_total{method=GET,resource=User,status=200}",
		"scimforce_scim_requests_total{method=GET,resource=User,status=404}",
		"scimforce_scim_requests_total{method=other,resource=none,status=404}",
		"scimforce_scim_request_duration_seconds{method=GET,resource=User}",
		"scimforce_scim_errors_total{reason=status 404}",
		"scimforce_scim_requests_in_flight{}",
	} {
		if !strings.Contains(got, must) {
			t.Errorf("there is no %s in\n%s", must, got)
		}
	}
	if _, err := New(Config{Directory: newFake(), Authenticate: func(*http.Request) (idp.Caller, error) { return idp.Caller{}, nil }, Metrics: registry}); err == nil {
		t.Error("the same metrics were registered twice without an error")
	}
}

func TestNewNamesEverythingThatIsMissing(t *testing.T) {
	_, err := New(Config{})
	if err == nil || !strings.Contains(err.Error(), "Directory") || !strings.Contains(err.Error(), "Authenticate") {
		t.Errorf("the error is %v", err)
	}
}
