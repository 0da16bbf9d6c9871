package simulator

import (
	"net/http"
	"strings"
)

// maxHead is how many bytes the URI and the headers of a request may have
// together.
const maxHead = 16_384

// boundHead refuses requests whose head is too long, as the edge of an org
// does before the API sees them: 414 for the URI alone, 431 together with the
// headers. A long SOQL statement has to travel in a composite's body.
func boundHead(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := len(r.URL.RequestURI())
		if size > maxHead {
			refuseHead(w, http.StatusRequestURITooLong)
			return
		}
		for name, values := range r.Header {
			for _, value := range values {
				size += len(name) + len(": ") + len(value) + len("\r\n")
			}
		}
		if size > maxHead {
			refuseHead(w, http.StatusRequestHeaderFieldsTooLarge)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// unverified: the page; that it is no JSON is remembered.
func refuseHead(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(strings.ReplaceAll("<html><head><title>T</title></head><body>T</body></html>", "T", http.StatusText(status))))
}
