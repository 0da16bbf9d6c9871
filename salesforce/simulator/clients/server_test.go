package clients

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"scimforce/salesforce/simulator/certificate"
)

// myDomain is the address of the org that clients believe in who take nothing
// but names that end in salesforce.com.
const myDomain = "acme.my.salesforce.com"

// servePlain serves the org over HTTP.
func servePlain(t *testing.T, handler http.Handler, w *world) {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	w.Address = server.URL
}

// serveTLS serves the org over HTTPS, with a certificate by the simulator's own
// authority, and a proxy through which myDomain leads to it.
func serveTLS(t *testing.T, handler http.Handler, w *world) {
	authority, err := certificate.New(time.Now(), myDomain)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.TLS = authority.ServerConfig()
	server.StartTLS()
	t.Cleanup(server.Close)
	w.Address = server.URL
	w.CA = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(w.CA, authority.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(tunnel(myDomain+":443", server.Listener.Addr().String()))
	t.Cleanup(proxy.Close)
	w.Proxy = proxy.URL
}

// tunnel is an HTTP proxy that knows one name.
func tunnel(name, address string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != name {
			http.Error(w, "only CONNECT "+name, http.StatusForbidden)
			return
		}
		far, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", address)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = far.Close()
			return
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
		var both sync.WaitGroup
		both.Go(func() { _, _ = io.Copy(far, near); _ = far.Close() })
		both.Go(func() { _, _ = io.Copy(near, far); _ = near.Close() })
		both.Wait()
	})
}
