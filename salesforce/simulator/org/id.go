package org

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// base62 is the alphabet of ids in the order in which Salesforce sorts them.
const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// checkAlphabet holds the three suffix characters of an 18-character id: each
// says, as five bits, which characters of its block of five are upper case.
const checkAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

// ID18 gives the 18-character form of an id of 15 characters, which tell upper
// from lower case, or of 18 characters in any case, whose suffix says which
// letters are upper case. It is false for anything that cannot be an id.
func ID18(id string) (string, bool) {
	if len(id) != 15 && len(id) != 18 {
		return "", false
	}
	for i := range len(id) {
		if !isAlphanumeric(id[i]) {
			return "", false
		}
	}
	if len(id) == 15 {
		sum := checksum(id)
		return id + string(sum[:]), true
	}
	out := []byte(id)
	for block := range 3 {
		n := strings.IndexByte(checkAlphabet, upper(id[15+block]))
		if n < 0 {
			return "", false
		}
		out[15+block] = upper(id[15+block])
		for bit := range 5 {
			at := block*5 + bit
			c := id[at]
			switch {
			case n&(1<<bit) == 0:
				out[at] = lower(c)
			case isDigit(c):
				return "", false // a digit has no upper case
			default:
				out[at] = upper(c)
			}
		}
	}
	return string(out), true
}

// FullID is the 18-character form of an id, or the text itself where it is none.
func FullID(id string) string {
	if long, ok := ID18(id); ok {
		return long
	}
	return id
}

// id15 cuts the suffix off, the form in which some error messages show ids.
func id15(id string) string {
	if len(id) == 18 {
		return id[:15]
	}
	return id
}

func checksum[T string | []byte](id T) [3]byte {
	var suffix [3]byte
	for block := range 3 {
		n := 0
		for bit := range 5 {
			if c := id[block*5+bit]; c >= 'A' && c <= 'Z' {
				n |= 1 << bit
			}
		}
		suffix[block] = checkAlphabet[n]
	}
	return suffix
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlphanumeric(c byte) bool {
	return isDigit(c) || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c - 'A' + 'a'
	}
	return c
}

// idSource makes the ids of one object: prefix, pod, then a counter that grows
// by irregular steps, so that ids ascend in the order of creation as in a real
// org and yet cannot be guessed from one another.
type idSource struct {
	prefix, pod string
	last        uint64
	source      *rand.PCG // of steps
	steps       *rand.Rand
}

func newIDSource(prefix, pod string, seed int64) *idSource {
	h := fnv.New64a()
	_, _ = h.Write([]byte(prefix)) // never fails
	source := rand.NewPCG(uint64(seed), h.Sum64())
	steps := rand.New(source)
	return &idSource{prefix: prefix, pod: pod, last: 1<<24 + steps.Uint64N(1<<26), source: source, steps: steps}
}

// mostIDs is a counter that leaves room in the nine characters of an id.
const mostIDs = 1 << 52

// made reports whether the id is one that the source made up to now.
func (s *idSource) made(id string) bool {
	n := uint64(0)
	for i := 6; i < 15; i++ {
		n = n*62 + uint64(strings.IndexByte(base62, id[i]))
	}
	return strings.HasPrefix(id, s.prefix+s.pod) && n <= s.last
}

func (s *idSource) next() string {
	s.last += 1 + s.steps.Uint64N(300)
	var id [18]byte
	copy(id[:], s.prefix)
	copy(id[3:], s.pod)
	n := s.last
	for i := 14; i >= 6; i-- {
		id[i] = base62[n%62]
		n /= 62
	}
	sum := checksum(id[:15])
	copy(id[15:], sum[:])
	return string(id[:])
}

// podOf makes the three characters that name the instance inside every id of
// an org.
func podOf(seed int64) string {
	r := rand.New(rand.NewPCG(uint64(seed), 0x706f64))
	letters := base62[10:]
	return string([]byte{letters[r.IntN(len(letters))], letters[r.IntN(len(letters))], '0'})
}
