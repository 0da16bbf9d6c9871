package console

import (
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// maxBody bounds a form: the longest that anybody types is a consumer key and
// secret, of some hundred octets.
const maxBody = 64 << 10

// setHeaders says to the browser what a page of the console may do: nothing but
// show itself, with its own style and script, in no frame, and send forms here.
//
// form-action counts for the redirects after a form too, in Chromium, and so
// forbids answering a form with a redirect to Salesforce: see serveContinue.
func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "+
		"form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer") // the callback's address holds a code
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// newCrossOrigin refuses what another origin's page sends, by Sec-Fetch-Site and
// Origin. The public URL is no other origin, also behind a proxy that changes
// Host.
func newCrossOrigin(publicURL string) (*http.CrossOriginProtection, error) {
	p := http.NewCrossOriginProtection()
	if publicURL == "" {
		return p, nil
	}
	u, err := url.Parse(publicURL)
	if err != nil {
		return nil, err
	}
	return p, p.AddTrustedOrigin(u.Scheme + "://" + u.Host)
}

// secretInQuery names the first parameter of the address that looks like a
// secret. Addresses lie in histories and logs, so none is taken from there.
func secretInQuery(query url.Values) (name string, found bool) {
	for _, key := range slices.Sorted(maps.Keys(query)) {
		plain := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(key))
		for _, word := range []string{"password", "secret", "token", "consumerkey"} {
			if strings.Contains(plain, word) {
				return key, true
			}
		}
	}
	return "", false
}

// proxies are the addresses of proxies whose X-Forwarded- headers are believed.
type proxies []netip.Prefix

func (p proxies) trust(address netip.Addr) bool {
	return slices.ContainsFunc(p, func(prefix netip.Prefix) bool { return prefix.Contains(address) })
}

// client is the address that a request came from. Of X-Forwarded-For the last
// entry counts that no trusted proxy wrote of another. An IPv6 client is its /64,
// which one customer has for himself.
func (p proxies) client(r *http.Request) netip.Addr {
	address := peer(r)
	if p.trust(address) {
		entries := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for _, entry := range slices.Backward(entries) {
			next, err := netip.ParseAddr(strings.TrimSpace(entry))
			if err != nil {
				break
			}
			address = next.Unmap()
			if !p.trust(address) {
				break
			}
		}
	}
	if address.Is6() {
		if prefix, err := address.WithZone("").Prefix(64); err == nil {
			return prefix.Addr()
		}
	}
	return address
}

// https tells whether the browser's own connection is one.
func (p proxies) https(r *http.Request) bool {
	return r.TLS != nil || p.trust(peer(r)) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

func peer(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, _ := netip.ParseAddr(host) // the zero address is trusted by nobody
	return address.Unmap()
}
