package simulator

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/weather"
)

func TestTheControlAPI(t *testing.T) {
	f := start(t)
	if r := f.call("PATCH", "/services/data/v66.0/sobjects/User/"+f.userID(f.anotherUser()), `{"Email":"new@acme.example"}`); r.status != http.StatusNoContent {
		t.Fatal(r.body)
	}
	waiting := f.userID(f.anotherUser())
	for _, step := range []struct{ name, method, path, body, want string }{
		{"orgs", "GET", "/orgs", "", `200 {"orgs":[{"id":"` + f.org.ID() + `","base_url":"https://acme.my.salesforce.example","panics":0,"records":{`},
		{"the org chosen", "GET", "/clock?org=" + f.org.ID()[:15], "", `200 {"now":"2026-11-23T09:30:15Z"}`},
		{"an org that is none", "GET", "/clock?org=00D000000000001", "", `404 {"problems":["there is no org \"00D000000000001\""]}`},
		{"the clock moved", "POST", "/clock", `{"advance":"48h"}`, `200 {"now":"2026-11-25T09:30:15Z"}`},
		{"no duration", "POST", "/clock", `{"advance":"two days"}`, `400 {"problems":["advance \"two days\" is no duration such as 48h"]}`},
		{"an unknown key", "POST", "/clock", `{"back":"1h"}`, `400 {"problems":["the body: json: unknown field \"back\""]}`},
		{"no JSON", "POST", "/clock", `advance`, `400 {"problems":["the body: invalid character 'a' looking for beginning of value"]}`},
		{"two bodies", "POST", "/clock", `{} {}`, `400 {"problems":["the body: something follows the JSON object"]}`},
		{"usage", "POST", "/limits", `{"used":14990}`, `200 {"used":14990,"daily":15000,"hard_cap":150000}`},
		{"usage read", "GET", "/limits", "", `200 {"used":14990,"daily":15000,"hard_cap":150000}`},
		{"no usage", "POST", "/limits", `{}`, `400 {"problems":["used is to be 0 or more"]}`},
		{"a session", "POST", "/sessions", `{"username":"` + testAdmin + `"}`, `200 {"access_token":"` + f.org.ID()[:15] + `!`},
		{"a session for nobody", "POST", "/sessions", `{"username":"x"}`, `404 {"problems":["no such record: user \"x\""]}`},
		{"an address confirmed", "POST", "/users/" + waiting[:15] + "/confirm-email", "", `204 `},
		{"an address confirmed twice", "POST", "/users/" + waiting + "/confirm-email", "", `404 {"problems":["no such record: no address of user \"` + waiting + `\" waits for confirmation"]}`},
		{"a wrong method", "PUT", "/clock", "", `405 {"problems":["method PUT is not for this control resource"]}`},
		{"no resource", "GET", "/weather", "", `404 {"problems":["there is no such control resource"]}`},
		{"a kind at a rate", "POST", "/faults", `{"kind":"row-lock","rate":0.25,"resource":"/sobjects/*","seed":3}`, `200 {"kinds":["expired-session","unavailable",`},
		{"an answer of one's own", "POST", "/faults", `{"status":500,"body":"oops","contentType":"text/plain","next":2,"delay":"1s"}`, `200 {"kinds":[`},
		{"all that is wrong", "POST", "/faults", `{"status":99,"delay":"-1s","rate":1,"next":-1}`, `400 {"problems":["delay \"-1s\" is no duration such as 2s","a rate is for a kind","next -1 is negative","status 99 is not between 200 and 599"]}`},
		{"neither rate nor next", "POST", "/faults", `{"kind":"row-lock"}`, `400 {"problems":["one of rate and next is wanted"]}`},
		{"a kind and an answer", "POST", "/faults", `{"kind":"row-lock","next":1,"status":500}`, `400 {"problems":["a kind says for itself what the answer is"]}`},
		{"faults gone", "DELETE", "/faults", "", `204 `},
		{"no faults", "GET", "/faults", "", `200 {"kinds":["expired-session","unavailable","maintenance","server-error","reset-before","reset-after","slow-body","row-lock","group-membership","request-limit","query-timeout","expired-password"],"weather":[],"next":[]}`},
		{"a limit that is none", "GET", "/calls/log?limit=0", "", `400 {"problems":["limit \"0\" is no number from 1 to 1000"]}`},
		{"reset", "POST", "/reset", "", `204 `},
		{"nothing used", "GET", "/limits", "", `200 {"used":0,"daily":15000,"hard_cap":150000}`},
	} {
		t.Run(step.name, func(t *testing.T) {
			r := f.call(step.method, "/_simulator"+step.path, step.body)
			if got := strings.TrimSpace(http.StatusText(r.status)) != "" && strings.HasPrefix(statusAnd(r), step.want); !got {
				t.Errorf("got  %.500s\nwant %s", statusAnd(r), step.want)
			}
		})
	}
}

func statusAnd(r reply) string {
	b, _ := json.Marshal(r.status)
	return string(b) + " " + r.body
}

func TestASessionOfTheControlAPIIsGood(t *testing.T) {
	f := start(t)
	var session struct{ Access_token, Instance_url string }
	if err := json.Unmarshal([]byte(f.call("POST", "/_simulator/sessions", `{"username":"`+testAdmin+`"}`).body), &session); err != nil {
		t.Fatal(err)
	}
	if r := f.call("GET", "/services/data/v66.0/limits", "", "Authorization: Bearer "+session.Access_token); r.status != http.StatusOK || session.Instance_url != testBase {
		t.Errorf("status %d, instance_url %q", r.status, session.Instance_url)
	}
}

func TestControlMayBeElsewhere(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) { c.ControlElsewhere = true })
	if r := f.call("GET", "/_simulator/calls", ""); r.status != http.StatusNotFound {
		t.Errorf("the org's own address serves it: %d", r.status)
	}
	w := httptest.NewRecorder()
	f.Control().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/_simulator/calls", nil))
	if w.Code != http.StatusOK || w.Body.String() != `{"total":0,"calls":[]}` {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestTheLogKeepsCallsAndMasksSecrets(t *testing.T) {
	f := start(t)
	user := f.org.AdminID()
	f.call("GET", "/services/data/v66.0/limits?access_token=abc&x=1", "")
	if r := f.call("POST", "/_simulator/calls/log", `{"bodies":true}`); r.status != http.StatusNoContent {
		t.Fatal(r.body)
	}
	f.call("POST", "/services/data/v66.0/sobjects/User/"+user+"/password", `{"NewPassword":"cor\"rect horse 1"}`)
	f.call("DELETE", "/services/data/v66.0/sobjects/User/"+user+"/password", "")
	f.FailNext(Fault{Drop: true})
	_, _ = f.try("PATCH", "/services/data/v66.0/sobjects/User/"+user, `{"Title":"x"}`)
	f.call("GET", "/services/data/v66.0/limits", "", "Authorization:")

	calls := f.CallLog(10)
	if len(calls) != 5 {
		t.Fatalf("%d calls: %+v", len(calls), calls)
	}
	for i, want := range []LoggedCall{
		{Method: "GET", Path: "/services/data/v66.0/limits", Status: 401, Answer: `[{"message":"INVALID_HEADER_TYPE","errorCode":"INVALID_AUTH_HEADER"}]`},
		{Method: "PATCH", Path: "/services/data/v66.0/sobjects/User/" + user, Status: 0, Request: `{"Title":"x"}`, Fault: "fault"},
		{Method: "DELETE", Path: "/services/data/v66.0/sobjects/User/" + user + "/password", Status: 200, Answer: `{"NewPassword":"***"}`, User: user},
		{Method: "POST", Path: "/services/data/v66.0/sobjects/User/" + user + "/password", Status: 204, Request: `{"NewPassword":"***"}`, User: user},
		{Method: "GET", Path: "/services/data/v66.0/limits?access_token=%2A%2A%2A&x=1", Status: 200, User: user},
	} {
		got := calls[i]
		want.Org, want.Time, want.Millis, want.Resource = f.org.ID(), f.clock.Now(), got.Millis, got.Resource
		if got != want {
			t.Errorf("call %d\ngot  %+v\nwant %+v", i, got, want)
		}
	}
	plain := f.call("GET", "/_simulator/calls/log?limit=2", "")
	if strings.Contains(plain.body, `"request"`) || strings.Count(plain.body, `"method"`) != 2 || !strings.HasPrefix(plain.body, `{"bodies":true,"calls":[{"time":"2026-11-23T09:30:15Z"`) {
		t.Errorf("log: %s", plain.body)
	}
	if whole := f.call("GET", "/_simulator/calls/log?bodies=true", ""); !strings.Contains(whole.body, `"request":"{\"Title\":\"x\"}"`) {
		t.Errorf("log with bodies: %s", whole.body)
	}
}

func TestTheLogIsARing(t *testing.T) {
	l := newCallLog()
	for i := range 2*maxLogged + 5 {
		l.add(LoggedCall{Status: i}, nil, nil)
	}
	last := l.last(5000)
	if len(last) != maxLogged || last[0].Status != 2*maxLogged+4 || last[maxLogged-1].Status != maxLogged+5 {
		t.Errorf("%d calls from %d to %d", len(last), last[0].Status, last[len(last)-1].Status)
	}
}

func TestSecretsAreMaskedAlsoWhereABodyIsCut(t *testing.T) {
	cut := maskBody([]byte(`{"a":"` + strings.Repeat("x", maxLoggedBody-40) + `","newPassword":"` + strings.Repeat("s", 100) + `"}`))
	if !strings.HasSuffix(cut, `"newPassword":"***`) {
		t.Errorf("ends %q", cut[len(cut)-60:])
	}
}

func TestTheSecondOrgIsControlledByItsID(t *testing.T) {
	second, err := org.New(org.Config{Seed: 2, AdminUsername: "admin@other.example", Now: func() time.Time { return time.Unix(0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	f := start(t, func(c *Config, _ *org.Config) { c.MoreOrgs = []Tenant{{Org: second}} })
	if r := f.call("GET", "/_simulator/clock?org="+second.ID(), ""); r.body != `{"now":"1970-01-01T00:00:00Z"}` {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := f.call("POST", "/_simulator/sessions?org="+second.ID(), `{"username":"admin@other.example"}`); r.status != http.StatusOK {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestTheLogTellsWhatTheWeatherDid(t *testing.T) {
	f := start(t)
	if err := f.Weather(weather.Rule{Kind: weather.Maintenance, Next: 1}); err != nil {
		t.Fatal(err)
	}
	f.call("GET", "/services/data/v66.0/limits", "")
	f.call("GET", "/services/data/v66.0/sobjects/User/"+f.org.AdminID(), "")
	calls := f.CallLog(5)
	if len(calls) != 2 || calls[0].Resource != "/sobjects/User/{id}" || calls[0].Fault != "" || calls[1].Fault != "maintenance" || calls[1].Status != 503 {
		t.Errorf("calls %+v", calls)
	}
}

func TestAnOrgIsDumpedLoadedAndReset(t *testing.T) {
	const v = "/services/data/v66.0"
	f := start(t)
	f.twoGroups()
	dump := f.call("GET", "/_simulator/org", "")
	if dump.status != http.StatusOK || dump.header.Get("Content-Type") != "application/x-ndjson" || !strings.HasPrefix(dump.body, `{"head":{`) {
		t.Fatalf("%d %v %.200s", dump.status, dump.header, dump.body)
	}
	f.call("DELETE", v+"/sobjects/Group/"+f.idOf("Group", "Name", "First"), "")
	f.call("POST", v+"/sobjects/Group", `{"Name":"Third"}`)
	if r := f.call("PUT", "/_simulator/org", dump.body[:len(dump.body)/2]); r.status != http.StatusBadRequest || !strings.HasPrefix(r.body, `{"problems":["org: load: `) {
		t.Errorf("half a dump: %d %s", r.status, r.body)
	}
	if _, still := f.groupNamed("Third"); !still {
		t.Error("half a dump changed the org")
	}
	if r := f.call("PUT", "/_simulator/org", dump.body); r.status != http.StatusOK || r.body != `{"id":"`+f.org.ID()+`"}` {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if again := f.call("GET", "/_simulator/org", ""); again.body != dump.body {
		t.Error("the org loaded is not the org dumped")
	}
	f.token, _ = f.AccessToken(testAdmin)
	_, first := f.groupNamed("First")
	_, third := f.groupNamed("Third")
	if !first || third {
		t.Errorf("after loading: First %t, Third %t", first, third)
	}
	refresh, err := f.Grant(testAdmin)
	if err != nil {
		t.Fatal(err)
	}
	f.call("POST", "/_simulator/clock", `{"advance":"48h"}`)
	if r := f.call("POST", "/_simulator/reset", ""); r.status != http.StatusNoContent {
		t.Fatal(r.body)
	}
	if r := f.call("GET", v+"/limits", ""); r.status != http.StatusUnauthorized {
		t.Errorf("a session outlived the reset: %d", r.status)
	}
	form := "grant_type=refresh_token&client_id=" + testKey + "&client_secret=" + testSecret + "&refresh_token=" + refresh
	if r := f.call("POST", "/services/oauth2/token", form, "Content-Type: application/x-www-form-urlencoded", "Authorization:"); !strings.Contains(r.body, "invalid_grant") {
		t.Errorf("a grant outlived the reset: %d %s", r.status, r.body)
	}
	f.token, _ = f.AccessToken(testAdmin)
	if _, first := f.groupNamed("First"); first {
		t.Error("a group outlived the reset")
	}
	if r := f.call("GET", "/_simulator/clock", ""); r.body != `{"now":"2026-11-23T09:30:15Z"}` {
		t.Errorf("clock %s", r.body)
	}
}
