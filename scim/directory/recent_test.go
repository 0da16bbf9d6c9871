package directory

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestRecentForgetsTheOldestAndTheOld(t *testing.T) {
	now := time.Unix(1000, 0)
	r := newRecent[int](2, func() time.Time { return now })
	r.put("a", 1)
	r.put("b", 2)
	r.put("a", 3)
	r.put("c", 4)
	for key, want := range map[string]string{"a": "3 true", "b": "0 false", "c": "4 true"} {
		v, ok := r.get(key, time.Minute)
		if got := fmt.Sprint(v, ok); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
	now = now.Add(2 * time.Minute)
	if _, ok := r.get("a", time.Minute); ok {
		t.Error("an old value is given")
	}
	r.drop("c")
	if _, ok := r.get("c", time.Hour); ok {
		t.Error("a dropped value is given")
	}
}

func TestLocksSerialiseByKeyAndLeaveNothingBehind(t *testing.T) {
	l := newLocks()
	counter := 0
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			unlock, err := l.lock(t.Context(), "key")
			if err != nil {
				t.Error(err)
				return
			}
			counter++ // the race detector watches this
			unlock()
		})
	}
	group.Wait()
	if counter != 50 || len(l.held) != 0 {
		t.Errorf("%d, %d locks are left", counter, len(l.held))
	}
}

func TestLockIsNotWaitedForByWhoGaveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocks()
		unlock, err := l.lock(t.Context(), "key")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := l.lock(ctx, "key"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		unlock()
		if len(l.held) != 0 {
			t.Errorf("%d locks are left", len(l.held))
		}
	})
}

func TestDeveloperNameIsWhatSalesforceTakes(t *testing.T) {
	for _, test := range []struct {
		name    string
		attempt int
		want    string
	}{
		{"Sales Team", 0, "Sales_Team"},
		{"Sales -- Team!", 0, "Sales_Team"},
		{"2nd Level", 0, "G_2nd_Level"},
		{"_x_", 0, "x"},
		{"Команда", 0, "Group"},
		{"Команда 7", 0, "G_7"},
		{"Sales", 1, "Sales_2"},
		{"Sales", 2, "Sales_3"},
	} {
		if got := developerName(test.name, test.attempt); got != test.want {
			t.Errorf("%q: %q, want %q", test.name, got, test.want)
		}
	}
}
