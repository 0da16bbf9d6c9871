package scim

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"time"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/directory"
)

const (
	// cursorTimeout is how long a cursor is good, advertised as
	// pagination.cursorTimeout.
	cursorTimeout = time.Hour
	// maxCursor is longer than any cursor that was given out.
	maxCursor = 256
	// cursorVersion begins what a cursor holds.
	cursorVersion = 1
	// macSize is how many bytes of the HMAC a cursor carries.
	macSize = 16

	// The error keywords of RFC 9865 section 2.1.
	invalidCursor scimerrors.ScimType = "invalidCursor"
	expiredCursor scimerrors.ScimType = "expiredCursor"
	invalidCount  scimerrors.ScimType = "invalidCount"
)

// cursors writes and reads the cursors of RFC 9865. Nothing is kept of them: a
// cursor holds the place in the list and when it was given, and is signed
// together with the request that it belongs to. So it is good on every replica
// that has the key, and nowhere but where it was given.
type cursors struct {
	key []byte
	now func() time.Time
}

// newCursors takes the key of Config.CursorKey; without one it makes one that
// ends with the process.
func newCursors(key []byte, now func() time.Time) (cursors, error) {
	if len(key) == 0 {
		key = make([]byte, sha256.Size)
		if _, err := rand.Read(key); err != nil {
			return cursors{}, fmt.Errorf("scim: make a key for cursors: %w", err)
		}
	}
	return cursors{key: key, now: now}, nil
}

// place is what a cursor says: where the next page begins, and in a list of
// several types, in which of them.
type place struct {
	typ int
	at  directory.Position
}

// seal writes a cursor in unreserved characters of a URL (RFC 9865 section 2).
// request is all of a request that a cursor is bound to.
func (c cursors) seal(p place, request string) string {
	payload := []byte{cursorVersion, byte(p.typ)}
	payload = binary.BigEndian.AppendUint64(payload, uint64(c.now().Unix()))
	payload = binary.AppendUvarint(payload, uint64(p.at.Index))
	payload = append(payload, byte(len(p.at.Walk)))
	payload = append(payload, p.at.Walk...)
	payload = append(payload, p.at.ID...)
	return base64.RawURLEncoding.EncodeToString(append(payload, c.mac(payload, request)...))
}

// open reads a cursor that was sealed for the same request.
func (c cursors) open(text, request string) (place, error) {
	invalid := refuse(http.StatusBadRequest, invalidCursor, "The cursor was not given by this server to this credential for this request. Only count may change from page to page; begin again with an empty cursor.")
	if len(text) > maxCursor {
		return place{}, invalid
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(sealed) < macSize {
		return place{}, invalid
	}
	payload := sealed[:len(sealed)-macSize]
	if !hmac.Equal(c.mac(payload, request), sealed[len(payload):]) || payload[0] != cursorVersion {
		return place{}, invalid
	}
	// What is signed was written by seal.
	p := place{typ: int(payload[1])}
	given := time.Unix(int64(binary.BigEndian.Uint64(payload[2:])), 0)
	index, n := binary.Uvarint(payload[10:])
	rest := payload[10+n:]
	walk := rest[1 : 1+rest[0]]
	p.at = directory.Position{Index: int(index), Walk: string(walk), ID: string(rest[1+rest[0]:])}
	if c.now().Sub(given) > cursorTimeout {
		return place{}, refuse(http.StatusBadRequest, expiredCursor, "The cursor is older than %d seconds. Begin again with an empty cursor.", int(cursorTimeout.Seconds()))
	}
	return p, nil
}

func (c cursors) mac(payload []byte, request string) []byte {
	h := hmac.New(sha256.New, c.key)
	h.Write(binary.AppendUvarint(nil, uint64(len(payload))))
	h.Write(payload)
	h.Write([]byte(request))
	return h.Sum(nil)[:macSize]
}
