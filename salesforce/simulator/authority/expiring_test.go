package authority

import (
	"testing"
	"time"
)

func TestAppsThatKeepAskingDoNotFillTheMemory(t *testing.T) {
	now := time.Unix(0, 0)
	e := newExpiring[int](func() time.Time { return now }, time.Minute, 2)
	for i, key := range []string{"a", "b", "c"} {
		e.put(key, i)
	}
	if _, alive := e.get("a"); alive || len(e.entries) != 2 {
		t.Errorf("%d entries, the oldest alive: %t", len(e.entries), alive)
	}
	if v, alive := e.take("b"); !alive || v != 1 {
		t.Errorf("b: %d, %t", v, alive)
	}
	if _, alive := e.take("b"); alive {
		t.Error("b was taken twice")
	}
	now = now.Add(2 * time.Minute)
	e.put("d", 4)
	if _, alive := e.get("c"); alive || len(e.entries) != 1 || len(e.order) != 1 {
		t.Errorf("%d entries, %d in order, c alive: %t", len(e.entries), len(e.order), alive)
	}
}
