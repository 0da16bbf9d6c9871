package simulator

import (
	"sync/atomic"
	"time"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/weather"
)

// meters are what a site counts and remembers of the calls to its API.
type meters struct {
	calls        *callCounter
	log          *callLog
	day          *weather.Day     // the allocation of API calls
	running      *weather.Running // the calls that are being answered
	descriptions *descriptions
	began        atomic.Pointer[time.Time] // when the org was last described anew, by its clock
	broken       atomic.Int64
}

// developer is the edition with limits of its own.
const developer = "Developer"

func newMeters(cfg Config, o *org.Org) *meters {
	longCalls := cfg.LongCalls
	if longCalls == 0 {
		if longCalls = 25; o.Edition() == developer {
			longCalls = 5
		}
	}
	m := &meters{
		calls:        newCallCounter(),
		log:          newCallLog(),
		day:          &weather.Day{},
		running:      weather.NewRunning(max(longCalls, 0)),
		descriptions: newDescriptions(),
	}
	began := o.Now().UTC().Truncate(time.Second)
	m.began.Store(&began)
	return m
}

// hardCap is the number of calls a day from which on they are refused; 0 is
// never. Between the allocation and there a real org lets a client go on.
// unverified: how far over its allocation a real org lets a client go.
func (o *site) hardCap(cfg Config) int {
	switch {
	case cfg.APIHardCap < 0:
		return 0
	case cfg.APIHardCap > 0:
		return cfg.APIHardCap
	}
	return 10 * o.daily
}
