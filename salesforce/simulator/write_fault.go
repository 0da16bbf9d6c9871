package simulator

import (
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"time"
)

// How a slow answer comes.
const (
	slowPieces = 20
	slowPause  = 250 * time.Millisecond // between two of them
)

// writeFault sends what the fault says, or spoils the real answer a. Where the
// connection is to break, it ends in the panic by which net/http closes it.
func (s *Simulator) writeFault(w http.ResponseWriter, r *http.Request, f Fault, a answer) sent {
	if f.Reset {
		reset(w)
		panic(http.ErrAbortHandler)
	}
	if f.Drop || f.Truncate && f.Status == 0 && a.body == nil { // half of nothing is nothing
		panic(http.ErrAbortHandler)
	}
	if f.Dribble > 0 && f.Status == 0 && a.body == nil { // nothing to be slow with
		return s.write(w, r, a)
	}
	out := sent{status: a.status, body: []byte(f.Body), from: a.body}
	if f.Status != 0 {
		out.status = f.Status
		a.header = nil
	} else if data, err := encodeBody(a, r); err == nil {
		out.body = data
	}
	s.commonHeaders(w, a)
	kind := f.ContentType
	if kind == "" {
		kind = jsonType
	}
	w.Header().Set("Content-Type", kind)
	switch {
	case f.Truncate:
		w.Header().Set("Content-Length", strconv.Itoa(max(len(out.body), 2)))
		w.WriteHeader(out.status)
		_, _ = w.Write(out.body[:len(out.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case f.Dribble > 0:
		w.WriteHeader(out.status)
		dribble(w, r, out.body, f.Dribble)
	default:
		w.WriteHeader(out.status)
		_, _ = w.Write(out.body)
	}
	return out
}

// dribble writes a body in pieces with a pause before each, until it is out or
// the client has gone.
func dribble(w http.ResponseWriter, r *http.Request, body []byte, pause time.Duration) {
	size := max(1, (len(body)+slowPieces-1)/slowPieces)
	for len(body) > 0 {
		_ = http.NewResponseController(w).Flush()
		if wait(r.Context(), pause) != nil {
			return
		}
		n := min(size, len(body))
		if _, err := w.Write(body[:n]); err != nil {
			return
		}
		body = body[n:]
	}
}

// reset closes the connection so that the client gets a reset and not an end,
// where there is a connection to do that with.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	if plain, ok := conn.(*net.TCPConn); ok {
		_ = plain.SetLinger(0)
	}
	_ = conn.Close()
}
