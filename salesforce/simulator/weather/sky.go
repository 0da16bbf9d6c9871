package weather

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
)

// maxRules bounds how many rules may hang in the sky.
const maxRules = 1000

// Sky is the weather over all calls. It is safe for concurrent use.
type Sky struct {
	busy   atomic.Bool // whether there are rules at all: most skies are clear
	mu     sync.Mutex
	random *rand.Rand
	rules  []Rule
}

// New makes a sky of valid rules, whose chances follow from the seed.
func New(seed int64, rules ...Rule) (*Sky, error) {
	s := &Sky{}
	s.Seed(seed)
	return s, s.Add(rules...)
}

// Seed starts the chances anew.
func (s *Sky) Seed(seed int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.random = rand.New(rand.NewPCG(uint64(seed), 0x77656174))
}

// Add hangs up more rules behind those there are, all or none of them.
func (s *Sky) Add(rules ...Rule) error {
	var problems []error
	for _, r := range rules {
		if err := r.Validate(); err != nil {
			problems = append(problems, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rules)+len(rules) > maxRules {
		problems = append(problems, errors.New("too many rules"))
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	s.rules = append(s.rules, rules...)
	s.busy.Store(len(s.rules) > 0)
	return nil
}

// Rules lists the rules, those for the next calls with how many are left.
func (s *Sky) Rules() []Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.rules)
}

// Clear takes all rules down.
func (s *Sky) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
	s.busy.Store(false)
}

// Over decides what happens to a call: the first rule that fits and hits. Each
// rule with a rate that fits and is come to costs one throw of the dice.
func (s *Sky) Over(c Call) (Kind, bool) {
	if !s.busy.Load() {
		return "", false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.rules {
		r := &s.rules[i]
		if !r.fits(c) {
			continue
		}
		if r.Next == 0 {
			if s.random.Float64() < r.Rate {
				return r.Kind, true
			}
			continue
		}
		kind := r.Kind
		if r.Next--; r.Next == 0 {
			s.rules = slices.Delete(s.rules, i, i+1)
			s.busy.Store(len(s.rules) > 0)
		}
		return kind, true
	}
	return "", false
}
