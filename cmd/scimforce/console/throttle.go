package console

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// An address may be wrong ten times, and once every half minute then.
	addressTries    = 10
	addressInterval = 30 * time.Second
	// All together may be wrong a hundred times, and once a second then: that
	// many addresses are nobody who forgot a password.
	allTries    = 100
	allInterval = time.Second
	// maxAddresses bounds what is remembered; the address that was wrong the
	// longest ago is forgotten for another.
	maxAddresses = 1024
)

// throttle slows down whoever guesses passwords. It counts in this process only.
type throttle struct {
	mu        sync.Mutex
	all       *rate.Limiter
	addresses map[netip.Addr]*tries
}

type tries struct {
	limiter *rate.Limiter
	last    time.Time
}

func newThrottle() *throttle {
	return &throttle{all: rate.NewLimiter(rate.Every(allInterval), allTries), addresses: map[netip.Addr]*tries{}}
}

// try counts a try of address as a wrong one; right makes that good. wait is how
// long the address has to wait before its next try; nothing is counted then, and
// the password must not be looked at.
func (t *throttle) try(address netip.Addr, now time.Time) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.addresses[address]
	if a == nil {
		if len(t.addresses) >= maxAddresses {
			t.forgetOldest()
		}
		a = &tries{limiter: rate.NewLimiter(rate.Every(addressInterval), addressTries)}
		t.addresses[address] = a
	}
	a.last = now
	for _, limiter := range []*rate.Limiter{a.limiter, t.all} {
		if missing := 1 - limiter.TokensAt(now); missing > 0 {
			return max(time.Second, time.Duration(missing/float64(limiter.Limit())*float64(time.Second)))
		}
	}
	a.limiter.AllowN(now, 1)
	t.all.AllowN(now, 1)
	return 0
}

// right says that the last try of address was the right password: what it got
// wrong before is forgotten.
func (t *throttle) right(address netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.addresses, address)
}

func (t *throttle) forgetOldest() {
	var oldest netip.Addr
	var at time.Time
	for address, a := range t.addresses {
		if at.IsZero() || a.last.Before(at) {
			oldest, at = address, a.last
		}
	}
	delete(t.addresses, oldest)
}
