package gather

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A slow sender takes a second for each call, remembers what it was given, and
// refuses "bad". It gives up when its context ends.
type sender struct {
	mu    sync.Mutex
	calls []string // "at 0s: a b"
	ended []error  // of the contexts, at the end of each call
	start time.Time
}

func newSender(config WritesConfig[string, string]) (*sender, *Writes[string, string]) {
	s := &sender{start: time.Now()}
	config.Send = s.send
	return s, NewWrites(config)
}

func (s *sender) send(ctx context.Context, writes []string) []string {
	s.mu.Lock()
	s.calls = append(s.calls, fmt.Sprintf("at %v: %s", time.Since(s.start), strings.Join(writes, " ")))
	s.mu.Unlock()
	results := make([]string, len(writes))
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	s.mu.Lock()
	s.ended = append(s.ended, context.Cause(ctx))
	s.mu.Unlock()
	for i, w := range writes {
		switch {
		case ctx.Err() != nil:
			results[i] = w + " is in doubt: " + context.Cause(ctx).Error()
		case w == "bad":
			results[i] = w + " is refused"
		case w == "panic":
			panic("oh")
		default:
			results[i] = w + " is made"
		}
	}
	return results
}

func (s *sender) want(t *testing.T, calls ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if diff := cmp.Diff(calls, s.calls); diff != "" {
		t.Errorf("calls: %s", diff)
	}
}

// make asks for writes, each on a goroutine of its own, one after the other.
func (s *sender) make(t *testing.T, wg *sync.WaitGroup, w *Writes[string, string], all ...string) {
	t.Helper()
	for _, one := range all {
		want := one + " is made"
		if one == "bad" {
			want = "bad is refused"
		}
		wg.Go(func() {
			if got, err := w.Do(t.Context(), one); got != want || err != nil {
				t.Errorf("%s: %q, %v", one, got, err)
			}
		})
		synctest.Wait()
	}
}

func TestWritesGatherAndEachIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := newSender(WritesConfig[string, string]{})
		var wg sync.WaitGroup
		s.make(t, &wg, w, "a", "b", "bad", "b", "a") // no two are the same
		wg.Wait()
		s.make(t, &wg, w, "c")
		wg.Wait()
		s.want(t, "at 0s: a", "at 1s: b bad b a", "at 2s: c")
	})
}

func TestACallCarriesNoMoreThanMax(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := newSender(WritesConfig[string, string]{Max: 5, Weigh: func(one string) int { return len(one) }})
		var wg sync.WaitGroup
		// "gone" is waited for by nobody when its turn comes, and weighs nothing.
		s.make(t, &wg, w, "a", "bb", "cc")
		gone, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		wg.Go(func() { _, _ = w.Do(gone, "gone") })
		synctest.Wait()
		s.make(t, &wg, w, "d", "ee", "ffffffff", "g", "h")
		wg.Wait()
		s.want(t, "at 0s: a", "at 1s: bb cc d", "at 2s: ee", "at 3s: ffffffff", "at 4s: g h")
	})
}

func TestALoneWriteHasTheContextOfItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := newSender(WritesConfig[string, string]{})
		impatient := errors.New("too slow for me")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 500*time.Millisecond, impatient)
		defer cancel()
		got, err := w.Do(ctx, "a")
		if got != "a is in doubt: too slow for me" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		if left, ok := errors.AsType[*Left](second(w.Do(ctx, "b"))); !ok || left.Sent || !errors.Is(left, impatient) {
			t.Errorf("who was gone before: %v", left)
		}
		s.want(t, "at 0s: a")
	})
}

func second[A, B any](_ A, b B) B { return b }

func TestAWriterWhoGivesUpIsToldWhetherHisWriteMayBeMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := newSender(WritesConfig[string, string]{})
		var wg sync.WaitGroup
		s.make(t, &wg, w, "a")
		for name, patience := range map[string]time.Duration{"waits": 500 * time.Millisecond, "flies": 1500 * time.Millisecond} {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			wg.Go(func() {
				_, err := w.Do(ctx, name)
				left, ok := errors.AsType[*Left](err)
				if !ok || left.Sent != (name == "flies") || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: %v", name, err)
				}
				if took := time.Since(s.start); took != patience {
					t.Errorf("%s: took %v", name, took)
				}
			})
			synctest.Wait()
		}
		s.make(t, &wg, w, "b")
		wg.Wait()
		s.want(t, "at 0s: a", "at 1s: flies b")
		if s.ended[1] != nil {
			t.Errorf("the call of those who are left ended with %v", s.ended[1])
		}
	})
}

func TestACallThatNobodyWaitsForAnyMoreEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := newSender(WritesConfig[string, string]{})
		var wg sync.WaitGroup
		s.make(t, &wg, w, "a")
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		for _, one := range []string{"b", "c"} {
			wg.Go(func() {
				if _, err := w.Do(ctx, one); err == nil {
					t.Errorf("%s: no error", one)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		s.make(t, &wg, w, "d")
		wg.Wait()
		s.want(t, "at 0s: a", "at 1s: b c", "at 1.5s: d")
	})
}

func TestAPanicIsTheErrorOfEveryWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := newSender(WritesConfig[string, string]{})
		var wg sync.WaitGroup
		s.make(t, &wg, w, "a")
		for _, one := range []string{"b", "panic"} {
			wg.Go(func() {
				if _, err := w.Do(t.Context(), one); err == nil || !strings.Contains(err.Error(), "oh") {
					t.Errorf("%s: %v", one, err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		s.make(t, &wg, w, "c")
		wg.Wait()
	})
}

// Many writers who come and go at any time: each write is sent once or never,
// and who is told that it was made, or was not, is told the truth.
func TestManyWritersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		sent := map[int]int{}
		w := NewWrites(WritesConfig[int, int]{Max: 7, Send: func(ctx context.Context, all []int) []int {
			mu.Lock()
			defer mu.Unlock()
			if len(all) == 0 || len(all) > 7 {
				t.Errorf("%d writes in a call", len(all))
			}
			results := make([]int, len(all))
			for i, n := range all {
				sent[n]++
				results[i] = n * n
			}
			mu.Unlock()
			defer mu.Lock()
			select {
			case <-time.After(10 * time.Millisecond):
			case <-ctx.Done():
			}
			return results
		}})
		var wg sync.WaitGroup
		for i := range 2_000 {
			wg.Go(func() {
				<-time.After(time.Duration(i*7919%3000) * time.Millisecond / 10)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+i%50)*time.Millisecond)
				defer cancel()
				got, err := w.Do(ctx, i)
				left, gone := errors.AsType[*Left](err)
				mu.Lock()
				defer mu.Unlock()
				if want := (err == nil || gone && left.Sent); want != (sent[i] == 1) || sent[i] > 1 || err == nil && got != i*i || err != nil && !gone {
					t.Errorf("%d was sent %d times; %d, %v", i, sent[i], got, err)
				}
			})
		}
		wg.Wait()
		synctest.Wait()
		if g := w.gatherer; len(sent) == 0 || g.flights != 0 || len(g.waiting) != 0 || len(g.byKey) != 0 {
			t.Errorf("after %d writes there is left: %v %v %v", len(sent), g.flights, g.waiting, g.byKey)
		}
	})
}

func BenchmarkLoneWrite(b *testing.B) {
	w := NewWrites(WritesConfig[int, int]{Send: func(_ context.Context, all []int) []int { return all }})
	b.ReportAllocs()
	for i := range b.N {
		if _, err := w.Do(b.Context(), i); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCrowdOfWrites(b *testing.B) {
	var calls int
	w := NewWrites(WritesConfig[int, int]{Send: func(_ context.Context, all []int) []int {
		calls++
		return all
	}})
	b.SetParallelism(100)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := w.Do(b.Context(), i); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(calls)/float64(b.N), "calls/op")
}
