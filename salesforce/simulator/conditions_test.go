package simulator

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestADescribeIsReadOnceAndAgainWhenItChanged follows the recorded headers:
// ETag "dd40d18c--gzip" where the answer is compressed, "baf7f695" where not.
func TestADescribeIsReadOnceAndAgainWhenItChanged(t *testing.T) {
	f := start(t)
	for _, path := range []string{"/sobjects/User/describe", "/sobjects/Group/describe/", "/sobjects"} {
		path = "/services/data/v66.0" + path
		plain := f.call("GET", path, "", "Accept-Encoding: identity")
		packed := f.call("GET", path, "", "Accept-Encoding: gzip")
		tag, packedTag := plain.header.Get("ETag"), packed.header.Get("ETag")
		if !regexp.MustCompile(`^"[0-9a-f]{8}"$`).MatchString(tag) || packedTag != strings.TrimSuffix(tag, `"`)+`--gzip"` {
			t.Errorf("%s: ETag %s, compressed %s", path, tag, packedTag)
		}
		modified := plain.header.Get("Last-Modified")
		if modified != "Mon, 23 Nov 2026 09:30:15 GMT" {
			t.Errorf("%s: Last-Modified %s", path, modified)
		}
		for header, want := range map[string]int{
			"If-None-Match: " + tag:                            304,
			"If-None-Match: " + packedTag:                      304,
			`If-None-Match: "00000000", W/` + tag:              304,
			`If-None-Match: "00000000"`:                        200,
			"If-Modified-Since: " + modified:                   304,
			"If-Modified-Since: Fri, 14 Aug 2099 20:53:02 GMT": 304,
			"If-Modified-Since: Fri, 14 Aug 2020 20:53:02 GMT": 200,
			"If-Modified-Since: 2099-08-14":                    200,
		} {
			r := f.call("GET", path, "", header)
			if r.status != want || want == 304 && (r.body != "" || r.header.Get("ETag") == "" || r.header.Get("Content-Type") != "") {
				t.Errorf("%s, %s: %d %v, want %d", path, header, r.status, r.header, want)
			}
		}
	}
	f.clock.add(time.Hour)
	f.call("POST", "/_simulator/reset", "")
	f.token, _ = f.AccessToken(testAdmin)
	if r := f.call("GET", "/services/data/v66.0/sobjects", "", "If-Modified-Since: Mon, 23 Nov 2026 09:30:15 GMT"); r.status != 200 {
		t.Errorf("after a reset: %d", r.status)
	}
}

func TestADescribeInsideACompositeMayBe304(t *testing.T) {
	f := start(t)
	r := f.call("POST", "/services/data/v66.0/composite", `{"compositeRequest":[{"method":"GET","url":"/services/data/v66.0/sobjects/Group/describe","referenceId":"d",`+
		`"httpHeaders":{"If-Modified-Since":"Mon, 23 Nov 2026 09:30:15 GMT"}}]}`, "Accept-Encoding: identity")
	// Recorded, but for the tag and the date.
	want := regexp.MustCompile(`^\{"compositeResponse":\[\{"body":null,"httpHeaders":\{"ETag":"\\"[0-9a-f]{8}\\"","Last-Modified":"Mon, 23 Nov 2026 09:30:15 GMT"\},"httpStatusCode":304,"referenceId":"d"\}\]\}$`)
	if !want.MatchString(r.body) {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestADescribeIsMadeOnce(t *testing.T) {
	f := start(t)
	for range 3 {
		f.call("GET", "/services/data/v66.0/sobjects/User/describe", "")
		f.call("GET", "/services/data/v65.0/sobjects/User/describe", "")
	}
	if n := len(f.sites[0].descriptions.made); n != 2 {
		t.Errorf("%d describes kept, want one for each version", n)
	}
}

func TestRecordCounts(t *testing.T) {
	f := start(t)
	for query, want := range map[string]string{
		"?sObjects=organization":      `{"sObjects":[{"count":1,"name":"Organization"}]}`, // recorded
		"?sObjects=Uzer":              `{"sObjects":[]}`,
		"?sObjects=GroupMember":       `{"sObjects":[]}`, // recorded: without records an object is absent
		"?sObjects=Organization,Uzer": `{"sObjects":[{"count":1,"name":"Organization"}]}`,
	} {
		if r := f.call("GET", "/services/data/v66.0/limits/recordCount"+query, ""); r.body != want {
			t.Errorf("%s: %d %s", query, r.status, r.body)
		}
	}
	if r := f.call("GET", "/services/data/v66.0/limits/recordCount", ""); !strings.Contains(r.body, `"name":"User"`) {
		t.Errorf("of all objects: %s", r.body)
	}
}

func TestPeriodsOfChangesAreChecked(t *testing.T) {
	f := start(t) // it is 2026-11-23T09:30:15Z
	for _, test := range []struct{ name, query, want string }{
		{"no start", "?end=2026-11-23T09:30:00Z", `400 [{"message":"The start parameter is required","errorCode":"MISSING_ARGUMENT"}]`},
		{"no end", "?start=2026-11-23T09:30:00Z", `400 [{"message":"The end parameter is required","errorCode":"MISSING_ARGUMENT"}]`},
		{"no date", "?start=yesterday&end=2026-11-23T09:30:00Z", `400 [{"message":"Invalid value for start parameter: yesterday","errorCode":"ILLEGAL_QUERY_PARAMETER_VALUE"}]`},
		{"an end before the start", "?start=2026-11-23T09:30:00Z&end=2026-11-23T09:00:00Z", `400 [{"message":"endDate must be at least one minute greater than startDate","errorCode":"INVALID_REPLICATION_DATE"}]`},
		{"less than a minute", "?start=2026-11-23T09:30:00Z&end=2026-11-23T09:30:59Z", `400 [{"message":"endDate must be`},
		{"too long ago", "?start=2026-10-01T00:00:00Z&end=2026-11-23T09:30:00Z", `400 [{"message":"startDate cannot be more than 30 days ago","errorCode":"INVALID_REPLICATION_DATE"}]`},
		{"before the org was there", "?start=1999-01-01T00:00:00Z&end=2026-11-23T09:30:00Z", `400 [{"message":"startDate before org replication enabled date","errorCode":"INVALID_REPLICATION_DATE"}]`},
		{"a plus that became a blank", "?start=2026-11-23T09:00:00+00:00&end=2026-11-23T10:30:00+01:00", `200 {"`},
		{"the form of the API", "?start=2026-11-23T09:00:00.000%2B0000&end=2026-11-23T09:30:00.000%2B0000", `200 {"`},
	} {
		for _, resource := range []string{"updated", "deleted"} {
			r := f.call("GET", "/services/data/v66.0/sobjects/user/"+resource+"/"+test.query, "", "Accept-Encoding: identity")
			if got := statusAnd(r); !strings.HasPrefix(got, test.want) {
				t.Errorf("%s: %s: %s", test.name, resource, got)
			}
		}
	}
}

func TestChangesOfAPeriod(t *testing.T) {
	f := start(t)
	groups := f.twoGroups()
	f.clock.add(10 * time.Minute)
	if r := f.call("DELETE", groups.Replace("/services/data/v66.0/sobjects/Group/{a}"), ""); r.status != http.StatusNoContent {
		t.Fatal(r.body)
	}
	const period = "?start=2026-11-23T09:00:00Z&end=2026-11-23T10:00:59Z"
	updated := f.call("GET", "/services/data/v66.0/sobjects/Group/updated"+period, "", "Accept-Encoding: identity")
	if want := groups.Replace(`"{b}"],"latestDateCovered":"2026-11-23T10:00:00.000+0000"}`); !strings.HasSuffix(updated.body, want) {
		t.Errorf("updated: %s, want %s", updated.body, want)
	}
	// The keys are recorded.
	deleted := f.call("GET", "/services/data/v66.0/sobjects/Group/deleted"+period, "", "Accept-Encoding: identity")
	if want := groups.Replace(`{"deletedRecords":[{"id":"{a}","deletedDate":"2026-11-23T09:40:15.000+0000"}],"earliestDateAvailable":"2026-11-23T09:30:00.000+0000","latestDateCovered":"2026-11-23T10:00:00.000+0000"}`); deleted.body != want {
		t.Errorf("deleted: %s, want %s", deleted.body, want)
	}
}
