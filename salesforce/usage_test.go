package salesforce

import (
	"testing"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
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
	s := newSite(t, func(c *simulatortest.Config) { c.Simulator.DailyAPIRequests = 100_000 })
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c := s.client(t, func(config *Config) { config.Now = func() time.Time { return now } })
	if got := c.Usage(); got != (Usage{}) {
		t.Errorf("before any answer: %v", got)
	}
	s.FailNext(simulator.Fault{}, simulator.Fault{}, answers(200, `{"Id":"x"}`)) // the last tells nothing of usage
	for i, ask := range []struct {
		id        string
		used, say int
	}{{s.Org.AdminID(), 58, 59}, {ada, 60, 61}, {s.Org.AdminID(), 70, 61}} {
		s.SetAPIUsage(ask.used)
		if _, err := c.Get(t.Context(), "User", ask.id); IsNotFound(err) != (ask.id == ada) {
			t.Errorf("read %d: %v", i, err)
		}
		if got := c.Usage(); got.Used != ask.say || got.Limit != 100_000 || !got.Seen.Equal(now) {
			t.Errorf("usage %v, want %d used", got, ask.say)
		}
	}
}
