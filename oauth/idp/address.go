package idp

import (
	"net/http"
	"net/netip"

	"github.com/go-chi/chi/v5/middleware"
)

// newLocator gives what finds the address a request came from: that of the
// connection, or, when that is a trusted proxy, the last entry of
// X-Forwarded-For that is not one. Without any that can be believed it is the
// connection's, so that a proxy's garbage is counted against the proxy.
func newLocator(trusted []netip.Prefix) func(*http.Request) netip.Addr {
	find := middleware.ClientIPFromRemoteAddr
	if len(trusted) > 0 {
		texts := make([]string, len(trusted))
		for i, p := range trusted {
			texts[i] = p.String()
		}
		find = middleware.ClientIPFromXFF(texts...)
	}
	return func(r *http.Request) netip.Addr {
		var found netip.Addr
		find(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			found = middleware.GetClientIPAddr(r.Context())
		})).ServeHTTP(nil, r)
		if !found.IsValid() {
			peer, _ := netip.ParseAddrPort(r.RemoteAddr)
			found = peer.Addr().Unmap()
		}
		return found
	}
}
