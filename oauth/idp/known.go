package idp

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	// knownFor is how long a token that was found good is not looked up again:
	// for so long another replica's revocation may go unnoticed.
	knownFor = 3 * time.Second
	// maxKnown bounds how many are remembered.
	maxKnown = 1000
	// usedEvery is the least time between two notes of a token's use.
	usedEvery = time.Minute
)

// known remembers the tokens that were found good a moment ago, and when a use
// of each was noted last. Only good tokens come in, so that nobody without one
// can fill it.
type known struct {
	mu     sync.Mutex
	tokens map[[sha256.Size]byte]knownToken
	noted  map[string]time.Time // by token id
}

type knownToken struct {
	token Token
	until time.Time
}

// get gives a token that may be relied on at now.
func (k *known) get(hash [sha256.Size]byte, now time.Time) (Token, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.tokens[hash]
	return found.token, ok && now.Before(found.until) && found.token.Good(now)
}

func (k *known) put(hash [sha256.Size]byte, t Token, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.tokens == nil || len(k.tokens) >= maxKnown {
		k.tokens = map[[sha256.Size]byte]knownToken{}
	}
	k.tokens[hash] = knownToken{token: t, until: now.Add(knownFor)}
}

// forget makes every token be looked up again.
func (k *known) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tokens = nil
}

// toNote reports whether a use at now is to be written down, and takes it for
// written: of many requests at once one writes, and one that fails is not
// tried again before its time.
func (k *known) toNote(id string, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if last, ok := k.noted[id]; ok && now.Sub(last) < usedEvery {
		return false
	}
	if k.noted == nil || len(k.noted) >= maxKnown {
		k.noted = map[string]time.Time{}
	}
	k.noted[id] = now
	return true
}
