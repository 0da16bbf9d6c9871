package simulator

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"
)

// maxForm bounds the body of a form, in bytes.
const maxForm = 64 << 10

//go:embed pages/*.html
var pageFiles embed.FS

// loginPage is shown by pages/login.html.
type loginPage struct {
	Request  string // id of the authorize request the login is for
	Username string
	Error    string
}

// approvePage is shown by pages/approve.html.
type approvePage struct {
	Request  string
	App      string
	Username string
	Scopes   []string
}

// showPage renders one of the pages a person sees.
func showPage(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	pages, err := template.ParseFS(pageFiles, "pages/*.html")
	if err == nil {
		err = pages.ExecuteTemplate(&b, name+".html", data)
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
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// scopeLabels words scopes as the approval page of a real org does.
func scopeLabels(scopes []string) []string {
	labels := make([]string, len(scopes))
	for i, scope := range scopes {
		switch scope {
		case "api":
			labels[i] = "Manage user data via APIs"
		case "id", "profile", "email", "address", "phone":
			labels[i] = "Access the identity URL service"
		case "refresh_token", "offline_access":
			labels[i] = "Perform requests at any time"
		case "full":
			labels[i] = "Full access"
		case "web":
			labels[i] = "Manage user data via Web browsers"
		default:
			labels[i] = strings.ReplaceAll(scope, "_", " ")
		}
	}
	return labels
}
