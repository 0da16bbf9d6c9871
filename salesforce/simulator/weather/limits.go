package weather

import (
	"sync"
	"time"
)

// The day of the API allocation, in slices that leave it one by one.
const (
	slice     = 10 * time.Minute
	daySlices = int64(24 * time.Hour / slice)
)

// Day counts calls over the last 24 hours of a clock. It is safe for concurrent
// use. The zero Day is an idle one.
type Day struct {
	mu     sync.Mutex
	counts [daySlices]int
	total  int
	last   int64 // number of the newest slice since 1970
}

// Use counts calls, unless there are most of them already (0: no bound), and
// gives how many there were in the last 24 hours with them.
func (d *Day) Use(now time.Time, most, calls int) (used int, within bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.roll(now)
	if most > 0 && d.total >= most {
		return d.total, false
	}
	d.counts[d.last%daySlices] += calls
	d.total += calls
	return d.total, true
}

// Used is how many calls there were in the last 24 hours.
func (d *Day) Used(now time.Time) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.roll(now)
	return d.total
}

// Set makes it n calls, all of them just now.
func (d *Day) Set(now time.Time, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counts = [daySlices]int{}
	d.roll(now)
	d.counts[d.last%daySlices], d.total = n, n
}

// roll forgets what is older than a day. A clock moved back stands still here.
func (d *Day) roll(now time.Time) {
	current := now.Unix() / int64(slice/time.Second)
	if current <= d.last {
		return
	}
	for n := max(d.last+1, current-daySlices+1); n <= current; n++ {
		d.total -= d.counts[n%daySlices]
		d.counts[n%daySlices] = 0
	}
	d.last = current
}

// LongCall is from when on a call counts as a long one.
const LongCall = 20 * time.Second

// Running bounds how many calls may have been running for LongCall or longer; a
// call that comes while there are that many is refused, short ones are not
// bounded. Its time is the real one. It is safe for concurrent use.
type Running struct {
	most int

	mu    sync.Mutex
	first *call // the longest running one
	end   *call
}

// call is one of the list of running calls, in the order of their beginning.
type call struct {
	began          time.Time
	before, behind *call
}

// NewRunning bounds long calls to most; 0 is no bound.
func NewRunning(most int) *Running { return &Running{most: most} }

// Start lets a call begin, unless there are too many long ones. Whoever was let
// in has to call done.
func (r *Running) Start() (done func(), within bool) {
	if r.most == 0 {
		return func() {}, true
	}
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	long := 0
	for c := r.first; c != nil && now.Sub(c.began) >= LongCall; c = c.behind {
		if long++; long >= r.most {
			return nil, false
		}
	}
	c := &call{began: now, before: r.end}
	if r.end == nil {
		r.first = c
	} else {
		r.end.behind = c
	}
	r.end = c
	return func() { r.leave(c) }, true
}

func (r *Running) leave(c *call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.before == nil {
		r.first = c.behind
	} else {
		c.before.behind = c.behind
	}
	if c.behind == nil {
		r.end = c.before
	} else {
		c.behind.before = c.before
	}
}
