package salesforce

import (
	"testing"
	"time"
)

func TestLimitInfoIsRead(t *testing.T) {
	for header, want := range map[string][2]int{
		"api-usage=33/15000": {33, 15000},
		"api-usage=18/5000; per-app-api-usage=17/250(appName=sample-connected-app)": {18, 5000},
		"per-app-api-usage=17/250(appName=a), api-usage=15001/15000":                {15001, 15000},
		"": {}, "api-usage=": {}, "api-usage=3": {}, "api-usage=a/b": {}, "api-usage=-1/5": {}, "api-usage=3/0": {}, "usage=1/2": {},
	} {
		used, limit, ok := parseLimitInfo(header)
		if used != want[0] || limit != want[1] || ok != (want[1] > 0) {
			t.Errorf("%q: %d/%d, %v", header, used, limit, ok)
		}
	}
}

func TestUsageIsThatOfTheLastAnswerRefusalsIncluded(t *testing.T) {
	r := newRegistry(t)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c := newTestClient(t, r, func(config *Config) { config.Now = func() time.Time { return now } })
	if got := c.Usage(); got != (Usage{}) {
		t.Errorf("before any answer: %v", got)
	}
	r.on("GET", "/sobjects/User/"+ada, answered(200, `{"Id":"x"}`, "Sforce-Limit-Info", "api-usage=59/100000"))
	r.on("GET", "/sobjects/User/"+ada, refused(404, "NOT_FOUND", "gone", "Sforce-Limit-Info", "api-usage=61/100000"))
	r.on("GET", "/sobjects/User/"+ada, answered(200, `{"Id":"x"}`))
	for _, want := range []int{59, 61, 61} {
		c.Get(t.Context(), "User", ada)
		if got := c.Usage(); got.Used != want || got.Limit != 100000 || !got.Seen.Equal(now) {
			t.Errorf("usage %v, want %d used", got, want)
		}
	}
}
