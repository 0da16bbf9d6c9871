package simulator

import (
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
)

// TestWireShapes compares whole answers, headers included, with files.
func TestWireShapes(t *testing.T) {
	const v = "/services/data/v66.0"
	absent := "005000000000001AAA"
	tests := []struct {
		name, method, path, body string
		headers                  []string
	}{
		{name: "versions", method: "GET", path: "/services/data", headers: []string{"Authorization:"}},
		{name: "resources", method: "GET", path: v},
		{name: "limits", method: "GET", path: v + "/limits/"},
		{name: "unknown-version", method: "GET", path: "/services/data/v99.0/limits"},
		{name: "retired-version", method: "GET", path: "/services/data/v28.0/limits"},
		{name: "no-authorization", method: "GET", path: v + "/limits", headers: []string{"Authorization:"}},
		{name: "unknown-token", method: "GET", path: v + "/limits", headers: []string{"Authorization: Bearer x"}},
		{name: "unknown-resource", method: "GET", path: v + "/nothing/here"},
		{name: "unknown-object", method: "POST", path: v + "/sobjects/Uzer", body: `{}`},
		{name: "method-not-allowed", method: "PATCH", path: v + "/sobjects/User", body: `{}`},
		{name: "xml-body", method: "POST", path: v + "/sobjects/User", body: `<a/>`, headers: []string{"Content-Type: application/xml"}},
		{name: "no-body", method: "POST", path: v + "/sobjects/User"},
		{name: "broken-json", method: "POST", path: v + "/sobjects/User", body: "{\n  \"a\" j}"},
		{name: "cut-json", method: "POST", path: v + "/sobjects/User", body: `{"LastName":`},
		{name: "list-for-object", method: "POST", path: v + "/sobjects/User", body: `["LastName"]`},
		{name: "create-group", method: "POST", path: v + "/sobjects/Group/", body: `{"Name":"Night Shift","Type":"Regular"}`},
		{name: "create-group-pretty", method: "POST", path: v + "/sobjects/Group", body: `{"attributes":{"type":"Group"},"name":"Night Shift"}`, headers: []string{"X-PrettyPrint: 1"}},
		{name: "create-fields-missing", method: "POST", path: v + "/sobjects/Group", body: `{"Type":"Regular"}`},
		{name: "create-unknown-field", method: "POST", path: v + "/sobjects/User", body: `{"Shoe__c":"44"}`},
		{name: "update-absent-id", method: "PATCH", path: v + "/sobjects/User/" + absent, body: `{"Title":"x"}`},
		{name: "update-names-id", method: "PATCH", path: v + "/sobjects/User/{admin}", body: `{"Id":"{admin}"}`},
		{name: "update-too-long", method: "PATCH", path: v + "/sobjects/User/{admin}", body: `{"Alias":"much too long"}`},
		{name: "update", method: "PATCH", path: v + "/sobjects/User/{admin}", body: `{"Title":"x"}`},
		{name: "update-by-override", method: "POST", path: v + "/sobjects/User/{admin}?_HttpMethod=PATCH", body: `{"Title":"x"}`},
		{name: "delete-user", method: "DELETE", path: v + "/sobjects/User/{admin}"},
		{name: "get-user-fields", method: "GET", path: v + "/sobjects/User/{admin}?fields=username,Profile.Name,CreatedDate,ManagerId"},
		{name: "get-user-unknown-field", method: "GET", path: v + "/sobjects/User/{admin}?fields=Nope"},
		{name: "get-user-more-than-fields", method: "GET", path: v + "/sobjects/User/{admin}?fields=Profile.Name+FROM+User+LIMIT"},
		{name: "get-absent-id-fields", method: "GET", path: v + "/sobjects/User/" + absent + "?fields=Username"},
		{name: "get-absent-id", method: "GET", path: v + "/sobjects/User/" + absent},
		{name: "get-no-id", method: "GET", path: v + "/sobjects/User/somebody"},
		{name: "get-by-unknown-key", method: "GET", path: v + "/sobjects/User/Nope/x"},
		{name: "version-without-v", method: "GET", path: "/services/data/66.0/limits"},
		{name: "query", method: "GET", path: v + "/query/?q=SELECT+Username,+Profile.Name,%20manager.name+FROM+User+WHERE+Username+%3D+%27admin@acme.example%27"},
		{name: "query-count", method: "GET", path: v + "/query?q=SELECT+COUNT()+FROM+User+WHERE+Username+%3D+%27admin@acme.example%27"},
		{name: "query-children", method: "GET", path: v + "/query?q=SELECT+Id,(SELECT+UserOrGroupId+FROM+GroupMembers)+FROM+Group+WHERE+Name+IN+('First','Second')+ORDER+BY+Name"},
		{name: "query-none", method: "GET", path: v + "/query?q=SELECT+Id+FROM+User+WHERE+Username+%3D+%27nobody%27"},
		{name: "query-unknown-column", method: "GET", path: v + "/query?q=SELECT+Bacon__c+FROM+User"},
		{name: "query-unknown-object", method: "GET", path: v + "/query?q=select+count()+from+XYZZY"},
		{name: "query-nonsense", method: "GET", path: v + "/query?q=SELEKT"},
		{name: "query-empty", method: "GET", path: v + "/query"},
		{name: "query-bad-locator", method: "GET", path: v + "/query/0r8000000000000AAA-2000"},
		{name: "password-state", method: "GET", path: v + "/sobjects/User/{admin}/password"},
		{name: "password-set", method: "POST", path: v + "/sobjects/User/{admin}/password", body: `{"NewPassword":"correct horse 1"}`},
		{name: "password-too-short", method: "POST", path: v + "/sobjects/User/{admin}/password", body: `{"NewPassword":"x"}`},
		{name: "describe-group-basic", method: "GET", path: v + "/sobjects/Group"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := start(t)
			groups := f.twoGroups()
			if r := f.call("POST", v+"/sobjects/GroupMember", groups.Replace(`{"GroupId":"{a}","UserOrGroupId":"`+f.org.AdminID()+`"}`)); r.status != http.StatusCreated {
				t.Fatal(r.body)
			}
			f.SetAPIUsage(0)
			fill := strings.NewReplacer("{admin}", f.org.AdminID())
			r := f.call(test.method, fill.Replace(test.path), fill.Replace(test.body), append([]string{"Accept-Encoding: identity"}, test.headers...)...)
			golden(t, "rest/"+test.name+".txt", r.transcript())
		})
	}
}

func TestAnswersAreCompressedForWhoAcceptsItAndOnlyWhenLarge(t *testing.T) {
	f := start(t)
	large := f.call("GET", "/services/data/v66.0/limits", "", "Accept-Encoding: gzip, deflate")
	if large.header.Get("Content-Encoding") != "gzip" || large.header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers of a large answer: %v", large.header)
	}
	z, err := gzip.NewReader(strings.NewReader(large.body))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := io.ReadAll(z); err != nil || !strings.HasPrefix(string(plain), `{"ActiveScratchOrgs":`) {
		t.Errorf("unpacked: %s, %v", plain, err)
	}
	small := f.call("GET", "/services/data/v66.0/query?q=SELECT+COUNT()+FROM+User", "", "Accept-Encoding: gzip")
	if small.header.Get("Content-Encoding") != "" || small.header.Get("Vary") != "" {
		t.Errorf("headers of a small answer: %v", small.header)
	}
	refused := f.call("GET", "/services/data/v66.0/limits", "", "Accept-Encoding: gzip;q=0")
	if refused.header.Get("Content-Encoding") != "" {
		t.Errorf("compressed for a client that refuses gzip")
	}
}

func TestRequestBodiesMayBeGzippedAndChunked(t *testing.T) {
	f := start(t)
	read, write := io.Pipe()
	go func() {
		z := gzip.NewWriter(write)
		_, _ = io.WriteString(z, `{"Name":"Zipped"}`)
		_ = z.Close()
		_ = write.Close()
	}()
	r, err := http.NewRequestWithContext(t.Context(), "POST", f.server.URL+"/services/data/v66.0/sobjects/Group", read)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "OAuth "+f.token)
	r.Header.Set("Content-Encoding", "gzip")
	answer, err := f.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestABodyOverTheLimitIsRefused(t *testing.T) {
	f := start(t)
	r := f.call("POST", "/services/data/v66.0/sobjects/Group", `{"Name":"`+strings.Repeat("x", maxBody)+`"}`)
	if r.status != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d: %.200s", r.status, r.body)
	}
}

func TestTheHeadOfARequestIsBounded(t *testing.T) {
	f := start(t)
	tests := []struct {
		name        string
		uri, header int // bytes of filling
		status      int
	}{
		{"a long statement that still fits", 15_000, 0, http.StatusBadRequest},
		{"a longer one", 16_500, 0, http.StatusRequestURITooLong},
		{"a fitting one with long headers", 12_000, 5_000, http.StatusRequestHeaderFieldsTooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := f.call("GET", "/services/data/v66.0/query?q="+strings.Repeat("x", test.uri), "", "X-Filling: "+strings.Repeat("y", test.header))
			if r.status != test.status {
				t.Errorf("status %d, want %d: %.100s", r.status, test.status, r.body)
			}
		})
	}
}

func TestTheLimitHeaderCountsAuthenticatedCalls(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) { c.DailyAPIRequests = 100 })
	f.SetAPIUsage(41)
	f.call("GET", "/services/data/v66.0/limits", "", "Authorization: Bearer x")
	r := f.call("GET", "/services/data/v66.0/limits", "")
	if got := r.header.Get("Sforce-Limit-Info"); got != "api-usage=42/100" {
		t.Errorf("Sforce-Limit-Info: %q", got)
	}
	if !strings.Contains(r.body, `"DailyApiRequests":{"Max":100,"Remaining":58}`) {
		t.Errorf("limits: %s", r.body)
	}
}

func TestASessionLivesAsLongAsItIsUsed(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) { c.SessionTTL = time.Hour })
	use := func() int { return f.call("GET", "/services/data/v66.0/limits", "").status }
	for range 3 {
		f.clock.add(50 * time.Minute)
		if got := use(); got != http.StatusOK {
			t.Fatalf("status %d inside the hour", got)
		}
	}
	f.clock.add(61 * time.Minute)
	if got := use(); got != http.StatusUnauthorized {
		t.Errorf("status %d after an hour unused", got)
	}
}

func TestALongQueryIsPaged(t *testing.T) {
	f := start(t, func(_ *Config, c *org.Config) { c.Users = 2100 })
	r := f.call("GET", "/services/data/v66.0/query?q=SELECT+Id+FROM+User+WHERE+UserType+%3D+%27Standard%27", "", "Accept-Encoding: identity")
	if !strings.HasPrefix(r.body, `{"totalSize":2`) || !strings.Contains(r.body, `"done":false,"nextRecordsUrl":"/services/data/v66.0/query/0r8`) {
		t.Fatalf("first page: %.200s", r.body)
	}
	first := strings.Count(r.body, `"Id":`)
	_, rest, _ := strings.Cut(r.body, `"nextRecordsUrl":"`)
	next, _, _ := strings.Cut(rest, `"`)
	if !strings.HasSuffix(next, "-2000") || len(next) != len("/services/data/v66.0/query/0r8000000000000AAA-2000") {
		t.Errorf("nextRecordsUrl %q", next)
	}
	r = f.call("GET", next, "", "Accept-Encoding: identity")
	second := strings.Count(r.body, `"Id":`)
	if first != 2000 || second < 100 || strings.Contains(r.body, "nextRecordsUrl") || !strings.Contains(r.body, `"done":true`) {
		t.Errorf("pages of %d and %d records: %.200s", first, second, r.body)
	}
	stranger, err := f.AccessToken(f.anotherUser())
	if err != nil {
		t.Fatal(err)
	}
	if r := f.call("GET", next, "", "Authorization: Bearer "+stranger); r.status != http.StatusBadRequest {
		t.Errorf("somebody else's locator: %d", r.status)
	}
	small := f.call("GET", "/services/data/v66.0/query?q=SELECT+Id+FROM+User", "", "Accept-Encoding: identity", "Sforce-Query-Options: batchSize=1")
	if n := strings.Count(small.body, `"Id":`); n != 200 {
		t.Errorf("batchSize=1 answers %d records, want the least, 200", n)
	}
	f.clock.add(49 * time.Hour)
	f.token, _ = f.AccessToken(testAdmin)
	if r := f.call("GET", next, ""); r.status != http.StatusBadRequest {
		t.Errorf("a locator of the day before yesterday: %d", r.status)
	}
}

func TestAWholeRecordHasAllFieldsOfItsObject(t *testing.T) {
	f := start(t)
	users, _ := f.org.Object("User")
	want := []string{"attributes"}
	for _, field := range users.Fields {
		want = append(want, field.Name)
	}
	for _, path := range []string{"/sobjects/User/" + f.org.AdminID(), "/sobjects/User/" + f.org.AdminID()[:15], "/sobjects/user/username/" + testAdmin} {
		r := f.call("GET", "/services/data/v66.0"+path, "", "Accept-Encoding: identity")
		if r.status != http.StatusOK {
			t.Fatalf("%s: %s", path, r.body)
		}
		if diff := cmp.Diff(want, keysOf(t, r.body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
		if start := `{"attributes":{"type":"User","url":"/services/data/v66.0/sobjects/User/` + f.org.AdminID() + `"},"Id":"`; !strings.HasPrefix(r.body, start) {
			t.Errorf("%s begins %.200s", path, r.body)
		}
		if !regexp.MustCompile(`"CreatedDate":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000"`).MatchString(r.body) {
			t.Errorf("%s has no CreatedDate in the form of the API", path)
		}
	}
}

func TestHeadIsGetWithoutABody(t *testing.T) {
	f := start(t)
	r := f.call("HEAD", "/services/data/v66.0/limits", "")
	if r.status != http.StatusOK || r.body != "" || r.header.Get("Content-Type") != jsonType {
		t.Errorf("%d %q %v", r.status, r.body, r.header)
	}
}

func TestAnUpsertCreatesThenChanges(t *testing.T) {
	f := start(t)
	path := "/services/data/v66.0/sobjects/User/Username/newcomer@acme.example"
	body := strings.Replace(f.newUser("newcomer"), `"Username":"newcomer@acme.example",`, "", 1)
	first := f.call("PATCH", path, body)
	if first.status != http.StatusCreated || !strings.HasSuffix(first.body, `"success":true,"errors":[],"created":true}`) {
		t.Errorf("first: %d %s", first.status, first.body)
	}
	second := f.call("PATCH", path, `{"Title":"Newcomer"}`)
	if second.status != http.StatusOK || !strings.HasSuffix(second.body, `"success":true,"errors":[],"created":false}`) {
		t.Errorf("second: %d %s", second.status, second.body)
	}
}

func TestADeactivatedUsersSessionIsInvalid(t *testing.T) {
	f := start(t)
	if r := f.call("POST", "/services/data/v66.0/sobjects/User", f.newUser("leaver")); r.status != http.StatusCreated {
		t.Fatal(r.body)
	}
	id := f.userID("leaver@acme.example")
	token, err := f.AccessToken("leaver@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	if r := f.call("PATCH", "/services/data/v66.0/sobjects/User/"+id, `{"IsActive":false}`); r.status != http.StatusNoContent {
		t.Fatal(r.body)
	}
	if r := f.call("GET", "/services/data/v66.0/limits", "", "Authorization: Bearer "+token); r.status != http.StatusUnauthorized {
		t.Errorf("status %d", r.status)
	}
}
