package simulator

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// jsonType is the Content-Type of every API answer, without a space, as
// recorded.
const jsonType = "application/json;charset=UTF-8"

// gzipFrom is the size in bytes from which an org compresses an answer to a
// client that accepts it; smaller ones were recorded uncompressed, as were
// errors.
const gzipFrom = 200

// sent is what went to the client, its body before compression.
type sent struct {
	status int
	body   []byte
	from   any // the answer's body before it was encoded
}

// write sends an answer of the API.
func (s *Simulator) write(w http.ResponseWriter, r *http.Request, a answer) sent {
	body, err := encodeBody(a, r)
	if err != nil {
		s.cfg.Logger.ErrorContext(r.Context(), "encode answer", "error", err)
		a = codeFirst(http.StatusInternalServerError, "INTERNAL_ERROR", "Unexpected Error")
		body, _ = encodeBody(a, r)
	}
	out := sent{status: a.status, body: body, from: a.body}
	large := !a.failed() && len(body) > gzipFrom
	packed := large && acceptsGzip(r)
	if packed {
		a.header = packedTag(a.header)
		body = s.pack(body)
	}
	s.commonHeaders(w, a)
	h := w.Header()
	if len(body) > 0 {
		h.Set("Content-Type", jsonType)
	}
	switch {
	case a.status == http.StatusNoContent:
		h.Set("Content-Security-Policy", "upgrade-insecure-requests")
		h.Set("Set-Cookie", s.browserCookie())
	case a.failed() || len(body) == 0: // recorded without Vary, at any length
	default:
		// A recorded answer never says its length.
		h.Set("Transfer-Encoding", "chunked")
		if large || a.status == http.StatusCreated {
			h.Set("Vary", "Accept-Encoding")
		}
		if packed {
			h.Set("Content-Encoding", "gzip")
		}
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that left needs no answer
	}
	return out
}

// commonHeaders sets the headers every API answer was recorded with.
func (s *Simulator) commonHeaders(w http.ResponseWriter, a answer) {
	h := w.Header()
	h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "none")
	h.Set("Cache-Control", "no-cache,must-revalidate,max-age=0,no-store,private")
	for _, m := range a.header {
		h[m.name] = []string{text(m.value)} // spelled as recorded, which Go would change for ETag
	}
}

// packedTag puts the suffix of compressed answers, recorded as
// "dd40d18c--gzip", behind the tag of an answer that has one.
func packedTag(header object) object {
	out := slices.Clone(header)
	for i, m := range out {
		if m.name == "ETag" {
			out[i].value = strings.TrimSuffix(text(m.value), `"`) + gzipTag + `"`
		}
	}
	return out
}

// browserCookie is the cookie that came with every recorded 204. It names
// salesforce.com, so that no client of a simulator keeps it.
func (s *Simulator) browserCookie() string {
	const year = 365 * 24 * time.Hour
	return fmt.Sprintf("BrowserId=%s; domain=.salesforce.com; path=/; expires=%s; Max-Age=%d",
		rand.Text()[:22], s.cfg.Now().Add(year).UTC().Format("Mon, 02-Jan-2006 15:04:05 GMT"), int(year.Seconds()))
}

// encodeBody is the body of an answer as bytes, laid out for people when the
// client sent X-PrettyPrint. A nil body has no bytes.
func encodeBody(a answer, r *http.Request) ([]byte, error) {
	if a.body == nil {
		return nil, nil
	}
	var body []byte
	switch written := a.body.(type) {
	case json.RawMessage:
		body = written
	case page:
		body = written
	default:
		var err error
		if body, err = appendJSON(nil, a.body); err != nil {
			return nil, err
		}
	}
	if wish := r.Header.Get("X-PrettyPrint"); wish == "1" || strings.EqualFold(wish, "true") {
		return prettyJSON(body), nil
	}
	return body, nil
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(name, "gzip") && strings.ReplaceAll(weight, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

// pack compresses a body. A compressor holds most of a megabyte, so they are
// used again.
func (s *Simulator) pack(body []byte) []byte {
	z, ok := s.packers.Get().(*gzip.Writer)
	if !ok {
		z, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // a level that exists
	}
	defer s.packers.Put(z)
	var b bytes.Buffer
	z.Reset(&b)
	_, _ = z.Write(body) // a bytes.Buffer does not fail
	_ = z.Close()
	return b.Bytes()
}

// writePlainJSON sends JSON outside the API: OAuth answers and the simulator's
// own pages.
func writePlainJSON(w http.ResponseWriter, status int, body any) {
	data, err := appendJSON(nil, body)
	if err != nil {
		http.Error(w, "cannot encode the answer", http.StatusInternalServerError)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", jsonType)
	}
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
