package gather

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A slow fetch takes a second, remembers what it was asked for, and knows
// every key but "missing". It gives up when its context ends.
type slow struct {
	mu    sync.Mutex
	calls []string // "at 0s: a b"
	ended []error  // of the contexts, at the end of each call
	start time.Time
}

func newSlow(max int) (*slow, *Gatherer[string, string]) {
	s := &slow{start: time.Now()}
	return s, New(Config[string, string]{Max: max, Fetch: s.fetch})
}

func (s *slow) fetch(ctx context.Context, keys []string) (map[string]string, error) {
	s.mu.Lock()
	s.calls = append(s.calls, fmt.Sprintf("at %v: %s", time.Since(s.start), strings.Join(keys, " ")))
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.ended = append(s.ended, ctx.Err())
		s.mu.Unlock()
	}()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	values := map[string]string{}
	for _, key := range keys {
		switch key {
		case "missing":
		case "broken":
			return nil, errBroken
		case "panic":
			panic("oh")
		default:
			values[key] = "value of " + key
		}
	}
	return values, nil
}

var errBroken = errors.New("broken")

func (s *slow) want(t *testing.T, calls ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if diff := cmp.Diff(calls, s.calls); diff != "" {
		t.Errorf("calls: %s", diff)
	}
}

// ask asks for keys, each on a goroutine of its own, one after the other.
func ask(t *testing.T, wg *sync.WaitGroup, g *Gatherer[string, string], keys ...string) {
	t.Helper()
	for _, key := range keys {
		wg.Go(func() {
			value, found, err := g.Do(t.Context(), key)
			if err != nil || found != (key != "missing") || found && value != "value of "+key {
				t.Errorf("%s: %q, %v, %v", key, value, found, err)
			}
		})
		synctest.Wait()
	}
}

func TestALoneRequestGoesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := newSlow(0)
		var wg sync.WaitGroup
		ask(t, &wg, g, "a")
		wg.Wait()
		if took := time.Since(s.start); took != time.Second {
			t.Errorf("took %v", took)
		}
		<-time.After(time.Minute)
		ask(t, &wg, g, "missing")
		wg.Wait()
		s.want(t, "at 0s: a", "at 1m1s: missing")
	})
}

func TestRequestsGatherBehindTheOneInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := newSlow(0)
		var wg sync.WaitGroup
		ask(t, &wg, g, "a", "b", "c", "missing", "b", "a")
		wg.Wait()
		// "a" is asked again: its first answer may be older than the question.
		s.want(t, "at 0s: a", "at 1s: b c missing a")
	})
}

func TestACallAsksForNoMoreThanMax(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := newSlow(2)
		var wg sync.WaitGroup
		ask(t, &wg, g, "a", "b", "c", "d", "e", "f", "c")
		wg.Wait()
		s.want(t, "at 0s: a", "at 1s: b c", "at 2s: d e", "at 3s: f")
	})
}

// A call that hangs holds up neither those who ask later nor those who wait
// already, and leaves no more calls in flight than there is need for.
func TestACallThatHangsIsPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, hang := time.Now(), make(chan struct{})
		var mu sync.Mutex
		var calls []string
		g := New(Config[string, string]{Patience: 5 * time.Second, Fetch: func(_ context.Context, keys []string) (map[string]string, error) {
			mu.Lock()
			calls = append(calls, fmt.Sprintf("at %v: %s", time.Since(start), strings.Join(keys, " ")))
			mu.Unlock()
			if keys[0] == "hangs" {
				<-hang
			} else {
				<-time.After(time.Second)
			}
			values := map[string]string{}
			for _, key := range keys {
				values[key] = "value of " + key
			}
			return values, nil
		}})
		var wg sync.WaitGroup
		ask(t, &wg, g, "hangs", "a")
		<-time.After(4 * time.Second)
		ask(t, &wg, g, "b") // still patient
		<-time.After(time.Second)
		ask(t, &wg, g, "c") // at 5s: goes beside it, with those who wait
		ask(t, &wg, g, "d") // waits for that one
		<-time.After(1500 * time.Millisecond)
		close(hang) // while d is away: nobody waits
		ask(t, &wg, g, "e")
		wg.Wait()
		ask(t, &wg, g, "f", "g", "h") // one flight again, the rest gather
		wg.Wait()
		want := []string{"at 0s: hangs", "at 5s: a b c", "at 6s: d", "at 7s: e", "at 8s: f", "at 9s: g h"}
		if diff := cmp.Diff(want, calls); diff != "" {
			t.Errorf("calls: %s", diff)
		}
	})
}

func TestCallsThatHangAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		var flying, most atomic.Int32
		g := New(Config[int, int]{Patience: time.Second, Fetch: func(context.Context, []int) (map[int]int, error) {
			most.Store(max(most.Load(), flying.Add(1)))
			<-hang
			flying.Add(-1)
			return nil, nil
		}})
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() { _, _, _ = g.Do(t.Context(), i) })
			<-time.After(2 * time.Second)
		}
		close(hang)
		wg.Wait()
		if most.Load() != maxFlights {
			t.Errorf("%d calls in flight at once, want %d", most.Load(), maxFlights)
		}
	})
}

func TestAnErrorIsThatOfEveryCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := newSlow(0)
		var wg sync.WaitGroup
		ask(t, &wg, g, "a")
		for _, key := range []string{"b", "broken", "c", "b"} {
			wg.Go(func() {
				if _, found, err := g.Do(t.Context(), key); found || !errors.Is(err, errBroken) {
					t.Errorf("%s: %v, %v", key, found, err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		ask(t, &wg, g, "b")
		wg.Wait()
		s.want(t, "at 0s: a", "at 1s: b broken c", "at 2s: b")
	})
}

func TestAPanicIsAnErrorAndNotTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, g := newSlow(0)
		if _, _, err := g.Do(t.Context(), "panic"); err == nil || !strings.Contains(err.Error(), "oh") {
			t.Errorf("error: %v", err)
		}
		var wg sync.WaitGroup
		ask(t, &wg, g, "a")
		wg.Wait()
	})
}

func TestACallerWhoGivesUpLeavesTheOthersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := newSlow(0)
		var wg sync.WaitGroup
		// The first caller of a flight, and the first of one that gathers.
		for _, key := range []string{"a", "b"} {
			ctx, cancel := context.WithTimeoutCause(t.Context(), 500*time.Millisecond, errors.New("too slow for me"))
			defer cancel()
			wg.Go(func() {
				if _, _, err := g.Do(ctx, key); err == nil || err.Error() != "too slow for me" {
					t.Errorf("the impatient: %v", err)
				}
				if waited := time.Since(s.start); waited != 500*time.Millisecond {
					t.Errorf("the impatient waited %v", waited)
				}
			})
			synctest.Wait()
			if key == "b" {
				ask(t, &wg, g, "b", "c")
			}
		}
		wg.Wait()
		// Nobody is left for "a", so its flight ends and the next one leaves.
		s.want(t, "at 0s: a", "at 500ms: b c")
		if diff := cmp.Diff([]bool{true, false}, []bool{s.ended[0] != nil, s.ended[1] != nil}); diff != "" {
			t.Errorf("contexts that ended early: %s", diff)
		}
	})
}

func TestAFlightGoesOnForWhoeverIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := newSlow(0)
		var wg sync.WaitGroup
		ask(t, &wg, g, "first")
		impatient, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		for _, key := range []string{"a", "b"} {
			wg.Go(func() {
				if _, _, err := g.Do(impatient, key); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the impatient: %v", err)
				}
			})
			synctest.Wait()
		}
		ask(t, &wg, g, "a")
		wg.Wait()
		s.want(t, "at 0s: first", "at 1s: a b")
		if took := time.Since(s.start); took != 2*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestWhatNobodyWaitsForIsNotAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := newSlow(0)
		var wg sync.WaitGroup
		ask(t, &wg, g, "a")
		impatient, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		for _, key := range []string{"b", "c"} {
			wg.Go(func() { g.Do(impatient, key) })
			synctest.Wait()
		}
		ask(t, &wg, g, "d")
		wg.Wait()
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := g.Do(gone, "e"); !errors.Is(err, context.Canceled) {
			t.Errorf("who was gone before: %v", err)
		}
		synctest.Wait()
		s.want(t, "at 0s: a", "at 1s: d")
	})
}

func TestAKeyComesBackAfterItsCallersLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := newSlow(0)
		var wg sync.WaitGroup
		ask(t, &wg, g, "a")
		impatient, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		wg.Go(func() { g.Do(impatient, "b") })
		<-time.After(700 * time.Millisecond)
		ask(t, &wg, g, "b")
		wg.Wait()
		s.want(t, "at 0s: a", "at 1s: b")
	})
}

func TestTheFetchSeesTheValuesOfTheFirstCaller(t *testing.T) {
	type key struct{}
	var seen []any
	g := New(Config[string, string]{Fetch: func(ctx context.Context, keys []string) (map[string]string, error) {
		seen = append(seen, ctx.Value(key{}))
		_, bounded := ctx.Deadline()
		seen = append(seen, bounded)
		return nil, nil
	}})
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "mine"), time.Hour)
	defer cancel()
	if _, found, err := g.Do(ctx, "a"); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
	if diff := cmp.Diff([]any{"mine", false}, seen); diff != "" {
		t.Error(diff)
	}
}

// Many callers who come, ask and leave at any time: everybody gets his own
// answer, no call asks for a key twice or for more than Max, and when all are
// gone nothing is left (synctest fails on a goroutine that stays).
func TestManyCallersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		inFlight, calls := 0, 0
		g := New(Config[int, int]{Max: 7, Fetch: func(ctx context.Context, keys []int) (map[int]int, error) {
			mu.Lock()
			inFlight++
			calls++
			if inFlight != 1 || len(keys) > 7 || len(keys) == 0 || len(slices.Compact(slices.Sorted(slices.Values(keys)))) != len(keys) {
				t.Errorf("%d in flight, keys %v", inFlight, keys)
			}
			mu.Unlock()
			defer func() {
				mu.Lock()
				inFlight--
				mu.Unlock()
			}()
			values := map[int]int{}
			for _, k := range keys {
				values[k] = k * k
			}
			select {
			case <-time.After(10 * time.Millisecond):
				return values, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}})
		var wg sync.WaitGroup
		for i := range 2_000 {
			wg.Go(func() {
				<-time.After(time.Duration(i*7919%3000) * time.Millisecond / 10)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+i%50)*time.Millisecond)
				defer cancel()
				value, found, err := g.Do(ctx, i%40)
				if err == nil && (!found || value != (i%40)*(i%40)) || err != nil && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%d: %d, %v, %v", i%40, value, found, err)
				}
			})
		}
		wg.Wait()
		synctest.Wait()
		if calls == 0 || g.flights != 0 || len(g.waiting) != 0 || len(g.byKey) != 0 {
			t.Errorf("after %d calls there is left: %v %v %v", calls, g.flights, g.waiting, g.byKey)
		}
	})
}

func BenchmarkLone(b *testing.B) {
	g := New(Config[int, int]{Fetch: square})
	b.ReportAllocs()
	for i := range b.N {
		if _, _, err := g.Do(b.Context(), i); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCrowd(b *testing.B) {
	var calls int
	g := New(Config[int, int]{Fetch: func(ctx context.Context, keys []int) (map[int]int, error) {
		calls++
		return square(ctx, keys)
	}})
	b.SetParallelism(100)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, _, err := g.Do(b.Context(), i%500); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(calls)/float64(b.N), "calls/op")
}

func square(_ context.Context, keys []int) (map[int]int, error) {
	values := make(map[int]int, len(keys))
	for _, k := range keys {
		values[k] = k * k
	}
	return values, nil
}
