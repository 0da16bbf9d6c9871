package simulator

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/weather"
)

func TestEachKindOfWeatherHasItsAnswer(t *testing.T) {
	const v = "/services/data/v66.0"
	tests := []struct {
		kind               weather.Kind
		method, path, body string
		status             int // 0: the connection broke
		says               string
		executed           bool
	}{
		{weather.ExpiredSession, "POST", v + "/sobjects/Group", `{"Name":"Late"}`, 401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`, false},
		{weather.Unavailable, "POST", v + "/sobjects/Group", `{"Name":"Late"}`, 503, `[{"message":"Server Unavailable","errorCode":"SERVER_UNAVAILABLE"}]`, false},
		{weather.Maintenance, "POST", v + "/sobjects/Group", `{"Name":"Late"}`, 503, "<html>\n<body>\n<center>", false},
		{weather.ServerError, "POST", v + "/sobjects/Group", `{"Name":"Late"}`, 500, `[{"message":"An unexpected error occurred. Please include this ErrorId if you contact support: 1452464078-314667 (-1173371248)","errorCode":"UNKNOWN_EXCEPTION"}]`, false},
		{weather.ResetBefore, "POST", v + "/sobjects/Group", `{"Name":"Late"}`, 0, "", false},
		{weather.ResetAfter, "POST", v + "/sobjects/Group", `{"Name":"Late"}`, 0, "", true},
		{weather.RowLock, "PATCH", v + "/sobjects/Group/{a}", `{"Name":"Late"}`, 400, `[{"message":"unable to obtain exclusive access to this record or 1 records: {a}","errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}]`, false},
		{weather.RowLock, "PATCH", v + "/composite/sobjects", `{"records":[{"attributes":{"type":"Group"},"id":"{a}","Name":"Late"}]}`, 200, `[{"id":"{a}","success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW"`, false},
		{weather.RowLock, "PATCH", v + "/composite/sobjects", `{"allOrNone":true,"records":[{"attributes":{"type":"Group"},"id":"{a}","Name":"Late"}]}`, 200, `[{"id":"{a}","success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW"`, false},
		{weather.RowLock, "POST", v + "/composite", `{"allOrNone":true,"compositeRequest":[{"method":"PATCH","url":"` + v + `/sobjects/Group/{a}","referenceId":"r","body":{"Name":"Late"}}]}`, 200, `{"compositeResponse":[{"body":[{"message":"unable to obtain`, false},
		{weather.GroupMembership, "POST", v + "/sobjects/Group", `{"Name":"Late"}`, 400, `[{"message":"group membership operation already in progress","errorCode":"UNKNOWN_EXCEPTION","fields":[]}]`, false},
		{weather.RequestLimit, "POST", v + "/sobjects/Group", `{"Name":"Late"}`, 403, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, false},
		{weather.QueryTimeout, "GET", v + "/query?q=SELECT+Id+FROM+User", "", 400, `[{"message":"Your query request was running for too long.","errorCode":"QUERY_TIMEOUT"}]`, false},
		{weather.ExpiredPassword, "POST", v + "/sobjects/Group", `{"Name":"Late"}`, 403, `[{"message":"The users password has expired`, false},
	}
	for _, test := range tests {
		t.Run(string(test.kind)+" "+test.method+" "+test.path, func(t *testing.T) {
			f := start(t)
			fill := f.twoGroups()
			if err := f.Weather(weather.Rule{Kind: test.kind, Next: 1}); err != nil {
				t.Fatal(err)
			}
			r, err := f.try(test.method, fill.Replace(test.path), fill.Replace(test.body))
			switch {
			case test.status == 0 && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF):
				t.Errorf("%v, %d %s", err, r.status, r.body)
			case test.status != 0 && (err != nil || r.status != test.status || !strings.HasPrefix(r.body, fill.Replace(test.says))):
				t.Errorf("%d %s, %v", r.status, r.body, err)
			}
			again := f.call("GET", v+"/limits", "")
			if want := test.kind != weather.ExpiredSession; (again.status == http.StatusOK) != want {
				t.Errorf("the next call: %d", again.status)
			}
			f.token, _ = f.AccessToken(testAdmin)
			if _, found := f.groupNamed("Late"); found != test.executed {
				t.Errorf("executed: %t", found)
			}
		})
	}
}

// inBubble makes a simulator inside a synctest bubble.
func inBubble(t *testing.T, change func(*Config)) (s *Simulator, call func(ctx context.Context, method, path, body string) *httptest.ResponseRecorder) {
	t.Helper()
	o, err := org.New(org.Config{AdminUsername: testAdmin, Seed: 1, Users: 2})
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Org: o, App: App{ConsumerKey: testKey, ConsumerSecret: testSecret}}
	change(&cfg)
	if s, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	token, err := s.AccessToken(testAdmin)
	if err != nil {
		t.Fatal(err)
	}
	return s, func(ctx context.Context, method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, method, "/services/data/v66.0"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
}

func TestASlowBodyComesInPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, call := inBubble(t, func(*Config) {})
		if err := s.Weather(weather.Rule{Kind: weather.SlowBody, Next: 2}); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		w := call(t.Context(), "GET", "/limits", "")
		if took := time.Since(begin); took != slowPieces*slowPause || !strings.HasSuffix(w.Body.String(), "}}") {
			t.Errorf("after %s: %s", took, w.Body)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin = time.Now()
		call(ctx, "GET", "/limits", "")
		if took := time.Since(begin); took != time.Second {
			t.Errorf("a client that left after a second was served for %s", took)
		}
	})
}

func TestEachRecordTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, call := inBubble(t, func(c *Config) { c.Latency, c.LatencyPerRecord = 100*time.Millisecond, 30*time.Millisecond })
		admin := s.cfg.Org.AdminID()
		group := `{"attributes":{"type":"Group"},"Name":"G"}`
		sub := `{"method":"POST","url":"/services/data/v66.0/sobjects/Group","referenceId":"r%","body":{"Name":"x"}}`
		subs := strings.Replace(sub, "%", "1", 1) + "," + strings.Replace(sub, "%", "2", 1)
		for _, test := range []struct {
			method, path, body string
			status, records    int
		}{
			{"GET", "/query?q=SELECT+Id+FROM+User", "", 200, 0},
			{"POST", "/sobjects/Group", `{"Name":"x"}`, 201, 1},
			{"PATCH", "/sobjects/User/" + admin, `{"Title":"x"}`, 204, 1},
			{"POST", "/composite/sobjects", `{"records":[` + group + "," + group + "," + group + `]}`, 200, 3},
			{"POST", "/composite/sobjects", `{"allOrNone":true,"records":[` + group + "," + group + `]}`, 200, 2},
			{"POST", "/composite", `{"compositeRequest":[` + subs + `]}`, 200, 2},
			{"POST", "/composite", `{"allOrNone":true,"compositeRequest":[` + subs + `]}`, 200, 2},
			{"POST", "/composite/graph", `{"graphs":[{"graphId":"1","compositeRequest":[` + subs + `]}]}`, 200, 2},
			{"POST", "/composite/tree/Group", `{"records":[{"attributes":{"type":"Group","referenceId":"r"},"Name":"x"}]}`, 201, 1},
		} {
			begin := time.Now()
			w := call(t.Context(), test.method, test.path, test.body)
			if took, want := time.Since(begin), 100*time.Millisecond+time.Duration(test.records)*30*time.Millisecond; took != want || w.Code != test.status {
				t.Errorf("%s %s: %d after %s, want %s: %s", test.method, test.path, w.Code, took, want, w.Body)
			}
		}
	})
}

func TestLongCallsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, call := inBubble(t, func(c *Config) { c.LongCalls = 2 })
		s.FailNext(Fault{Delay: time.Minute, Times: 2})
		done := make(chan int)
		for range 2 {
			go func() { done <- call(t.Context(), "GET", "/limits", "").Code }()
		}
		time.Sleep(weather.LongCall)
		synctest.Wait()
		if w := call(t.Context(), "GET", "/limits", ""); w.Code != 403 || w.Body.String() != `[{"message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]` {
			t.Errorf("a call beside two long ones: %d %s", w.Code, w.Body)
		}
		if a, b := <-done, <-done; a != 200 || b != 200 {
			t.Errorf("the long calls: %d, %d", a, b)
		}
		if w := call(t.Context(), "GET", "/limits", ""); w.Code != 200 {
			t.Errorf("afterwards: %d", w.Code)
		}
	})
}

func TestTheAllocationIsSoftThenHardAndLastsADay(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) { c.DailyAPIRequests, c.APIHardCap = 100, 120 })
	limits := func() reply { return f.call("GET", "/services/data/v66.0/limits", "") }
	f.SetAPIUsage(118)
	if r := limits(); r.status != 200 || r.header.Get("Sforce-Limit-Info") != "api-usage=119/100" {
		t.Errorf("over the allocation: %d %s", r.status, r.header.Get("Sforce-Limit-Info"))
	}
	limits()
	if r := limits(); r.status != 403 || r.body != `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]` || r.header.Get("Retry-After") != "" {
		t.Errorf("at the hard cap: %d %s", r.status, r.body)
	}
	f.org.Advance(24 * time.Hour)
	if r := limits(); r.status != 200 || r.header.Get("Sforce-Limit-Info") != "api-usage=1/100" {
		t.Errorf("a day later: %d %s", r.status, r.header.Get("Sforce-Limit-Info"))
	}
}

func TestANegativeCapIsNone(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) { c.DailyAPIRequests, c.APIHardCap = 1, -1 })
	f.SetAPIUsage(1_000_000)
	if r := f.call("GET", "/services/data/v66.0/limits", ""); r.status != 200 {
		t.Errorf("status %d", r.status)
	}
}

func TestLimitsAreThoseOfTheEdition(t *testing.T) {
	for _, test := range []struct {
		edition string
		seats   int
		want    string
		storage string
	}{
		{"Developer", 3, `"DailyApiRequests":{"Max":15000,"Remaining":14999}`, `"DataStorageMB":{"Max":5,`},
		{"Enterprise", 3, `"DailyApiRequests":{"Max":103000,"Remaining":102999}`, `"DataStorageMB":{"Max":10240,`}, // 100,000 and 1,000 a licence, documented
		{"Unlimited", 3, `"DailyApiRequests":{"Max":115000,"Remaining":114999}`, `"DataStorageMB":{"Max":10240,`},
	} {
		f := start(t, func(_ *Config, o *org.Config) {
			o.Edition = test.edition
			o.Users, o.LicenseSeats = 0, map[string]int{"SFDC": test.seats, "AUL": 0}
		})
		if r := f.call("GET", "/services/data/v66.0/limits", "", "Accept-Encoding: identity"); !strings.Contains(r.body, test.want) || !strings.Contains(r.body, test.storage) {
			t.Errorf("%s: %s", test.edition, r.body)
		}
	}
	f := start(t, func(_ *Config, o *org.Config) { o.Edition = "Essentials" })
	if r := f.call("GET", "/services/data/v66.0/limits", ""); r.status != 403 || r.body != `[{"message":"The REST API is not enabled for this Organization.","errorCode":"API_DISABLED_FOR_ORG"}]` {
		t.Errorf("an edition without the API: %d %s", r.status, r.body)
	}
}
