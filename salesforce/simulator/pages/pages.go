// Package pages holds the HTML pages a person sees of the simulator, and shows
// them with the headers that keep them out of frames and of caches.
package pages

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
)

//go:embed *.html
var files embed.FS

// Show renders the page of that name ("login" is login.html).
func Show(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	all, err := template.ParseFS(files, "*.html")
	if err == nil {
		err = all.ExecuteTemplate(&b, name+".html", data)
	}
	if err != nil {
		http.Error(w, "cannot render the page", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=UTF-8")
	h.Set("Cache-Control", "must-revalidate,no-cache,no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}
