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

// credential is what a presented secret was found to be.
type credential struct {
	caller Caller
	// client is the id that it has as an OAuth client: of the token itself, or
	// of the one that an access token was had for.
	client string
	// configured is the token of the configuration, if it is one.
	configured *Configured
	// issuer is the entry of the configuration that let its client in, if it is
	// a JWT, and once the mark of an assertion.
	issuer *Issuer
	once   once
	// ends is when it ends as things are, zero for never.
	ends time.Time
}

// known remembers the credentials that were found good a moment ago, and when a
// use of each token was noted last. Only good ones come in, so that nobody
// without one can fill it.
type known struct {
	mu          sync.Mutex
	credentials map[[sha256.Size]byte]knownCredential
	noted       map[string]time.Time // by token id
}

type knownCredential struct {
	credential credential
	until      time.Time
}

// get gives a credential that may be relied on at now.
func (k *known) get(hash [sha256.Size]byte, now time.Time) (credential, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.credentials[hash]
	return found.credential, ok && now.Before(found.until)
}

func (k *known) put(hash [sha256.Size]byte, c credential, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.credentials == nil || len(k.credentials) >= maxKnown {
		k.credentials = map[[sha256.Size]byte]knownCredential{}
	}
	k.credentials[hash] = knownCredential{credential: c, until: earlier(c.ends, now.Add(knownFor))}
}

// forget makes every credential be looked up again.
func (k *known) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.credentials = nil
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
