package weather

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func sky(t *testing.T, seed int64, rules ...Rule) *Sky {
	t.Helper()
	s, err := New(seed, rules...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSameSeedIsTheSameWeather(t *testing.T) {
	calls := []Call{{"GET", "/query"}, {"POST", "/sobjects/User"}, {"PATCH", "/sobjects/User/{id}"}, {"GET", "/limits"}}
	play := func(seed int64) []Kind {
		s := sky(t, seed, Rule{Kind: RowLock, Rate: 0.3}, Rule{Kind: QueryTimeout, Rate: 0.5}, Rule{Kind: Unavailable, Rate: 0.1})
		var seen []Kind
		for i := range 400 {
			kind, _ := s.Over(calls[i%len(calls)])
			seen = append(seen, kind)
		}
		return seen
	}
	one, other := play(7), play(8)
	if !slices.Equal(one, play(7)) {
		t.Error("seed 7 gave two weathers")
	}
	if slices.Equal(one, other) {
		t.Error("two seeds gave one weather")
	}
	hits := 0
	for i, kind := range one {
		call := calls[i%len(calls)]
		if kind == RowLock && call.Method == "GET" || kind == QueryTimeout && call.Resource != "/query" {
			t.Errorf("%s hit %v", kind, call)
		}
		if kind != "" {
			hits++
		}
	}
	if hits < 80 || hits > 220 {
		t.Errorf("%d of 400 calls were hit", hits)
	}
}

func TestARuleForTheNextCallsIsUsedUp(t *testing.T) {
	s := sky(t, 1, Rule{Kind: Maintenance, Next: 2, Method: "post", Resource: "/sobjects/*"}, Rule{Kind: ServerError, Next: 1, Resource: "/limits"})
	for i, step := range []struct {
		call Call
		want Kind
	}{
		{Call{"GET", "/sobjects/User"}, ""},
		{Call{"POST", "/sobjects/User"}, Maintenance},
		{Call{"GET", "/limits"}, ServerError},
		{Call{"GET", "/limits"}, ""},
		{Call{"POST", "/composite"}, ""},
		{Call{"POST", "/sobjects/Group"}, Maintenance},
		{Call{"POST", "/sobjects/Group"}, ""},
	} {
		if got, _ := s.Over(step.call); got != step.want {
			t.Errorf("call %d: %q, want %q", i, got, step.want)
		}
	}
	if left := s.Rules(); len(left) != 0 {
		t.Errorf("rules left: %v", left)
	}
}

func TestABadRuleIsRefusedWithAllThatIsWrong(t *testing.T) {
	_, err := New(1, Rule{Kind: "hail", Rate: 1.5, Next: -1}, Rule{Kind: RowLock})
	for _, part := range []string{`"hail"`, "1.5", "-1", "one of rate and next"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not mention %s", err, part)
		}
	}
}

func TestADayForgetsWhatIsOlder(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var d Day
	for _, step := range []struct {
		after time.Duration
		most  int
		used  int
		ok    bool
	}{
		{0, 0, 1, true},
		{12 * time.Hour, 0, 2, true},
		{0, 3, 3, true},
		{0, 3, 3, false},
		{11*time.Hour + 50*time.Minute, 3, 3, false}, // the first is a day old in ten minutes
		{10 * time.Minute, 3, 3, true},
		{48 * time.Hour, 3, 1, true},
		{-time.Hour, 3, 2, true},
		{1000 * time.Hour, 3, 1, true},
	} {
		now = now.Add(step.after)
		if used, ok := d.Use(now, step.most, 1); used != step.used || ok != step.ok {
			t.Errorf("at %s: %d, %t, want %d, %t", now, used, ok, step.used, step.ok)
		}
	}
	d.Set(now, 500)
	if used := d.Used(now.Add(23 * time.Hour)); used != 500 {
		t.Errorf("set to 500, is %d", used)
	}
	if used := d.Used(now.Add(24 * time.Hour)); used != 0 {
		t.Errorf("a day later it is %d", used)
	}
}

func TestOnlyLongCallsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRunning(2)
		var done []func()
		for i := range 5 {
			end, ok := r.Start()
			if !ok {
				t.Fatalf("short call %d is refused", i)
			}
			done = append(done, end)
		}
		time.Sleep(LongCall)
		if _, ok := r.Start(); ok {
			t.Error("a call is let in beside five long ones")
		}
		for _, end := range []func(){done[2], done[0], done[4]} {
			end()
		}
		if _, ok := r.Start(); ok {
			t.Error("a call is let in beside two long ones")
		}
		done[1]()
		if end, ok := r.Start(); !ok {
			t.Error("a call is refused beside one long one")
		} else {
			end()
		}
		done[3]()
		if r.first != nil || r.end != nil {
			t.Error("something is left of calls that ended")
		}
	})
}

// TestADayAgainstASlowOne compares with a list of all calls, each of which
// leaves when its ten minutes are a day old.
func TestADayAgainstASlowOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "start"), 0)
		most := rapid.IntRange(0, 20).Draw(t, "most")
		var day Day
		var slow []time.Time
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(30*time.Hour)).Draw(t, "wait")))
			slow = slices.DeleteFunc(slow, func(at time.Time) bool {
				return now.Truncate(slice).Sub(at.Truncate(slice)) >= 24*time.Hour
			})
			calls := rapid.IntRange(1, 3).Draw(t, "calls")
			want := most == 0 || len(slow) < most
			if want {
				slow = append(slow, slices.Repeat([]time.Time{now}, calls)...)
			}
			if used, within := day.Use(now, most, calls); within != want || used != len(slow) {
				t.Fatalf("at %s: %d, %t, want %d, %t", now, used, within, len(slow), want)
			}
		}
	})
}
