package idp

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// freeFailures is how many attempts of an address may fail at once, and
	// failureEvery how often one more may.
	freeFailures = 10
	failureEvery = 6 * time.Second
	// maxAddresses bounds how many addresses are remembered.
	maxAddresses = 10_000
)

// throttle slows addresses that fail. It is asked about failures only: a good
// credential goes through whatever others of its address did.
type throttle struct {
	mu       sync.Mutex
	limiters map[netip.Prefix]*rate.Limiter
	swept    time.Time
}

// failed counts a failure and says how long the address has to wait, 0 while
// it need not.
func (t *throttle) failed(address netip.Addr, now time.Time) time.Duration {
	key := network(address)
	t.mu.Lock()
	defer t.mu.Unlock()
	l, ok := t.limiters[key]
	if !ok {
		t.makeRoom(now)
		l = rate.NewLimiter(rate.Every(failureEvery), freeFailures)
		t.limiters[key] = l
	}
	if l.AllowN(now, 1) {
		return 0
	}
	reservation := l.ReserveN(now, 1)
	defer reservation.CancelAt(now) // a failure that is refused counts no more
	return reservation.DelayFrom(now)
}

// makeRoom forgets addresses that owe nothing any more, and when there are
// none, any one.
func (t *throttle) makeRoom(now time.Time) {
	if t.limiters == nil {
		t.limiters = map[netip.Prefix]*rate.Limiter{}
	}
	if len(t.limiters) < maxAddresses {
		return
	}
	if now.Sub(t.swept) >= time.Minute {
		t.swept = now
		for key, l := range t.limiters {
			if l.TokensAt(now) >= freeFailures {
				delete(t.limiters, key)
			}
		}
	}
	for key := range t.limiters {
		if len(t.limiters) < maxAddresses {
			return
		}
		delete(t.limiters, key)
	}
}

// network is what is slowed as one: an IPv4 address, or the /64 that one IPv6
// customer has.
func network(address netip.Addr) netip.Prefix {
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	p, err := address.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
