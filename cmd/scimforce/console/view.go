package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// staticPath is where the style, the script and the icon lie.
const staticPath = "/console/static/"

// views are the pages' templates, each with the frame around it, by file name
// without its ending.
type views struct {
	pages  map[string]*template.Template
	assets map[string]string // file name to its address, with a hash of what it holds
}

func newViews(now func() time.Time) (*views, error) {
	v := &views{pages: map[string]*template.Template{}, assets: map[string]string{}}
	for _, name := range []string{"style.css", "copy.js", "icon.svg"} {
		content, err := staticFiles.ReadFile("static/" + name)
		if err != nil {
			return nil, fmt.Errorf("console: %w", err)
		}
		sum := sha256.Sum256(content)
		v.assets[name] = staticPath + name + "?v=" + hex.EncodeToString(sum[:6])
	}
	frame := template.New("layout.html").Option("missingkey=error").Funcs(template.FuncMap{
		"asset": func(name string) string { return v.assets[name] },
		"ago":   func(t time.Time) string { return ago(now().Sub(t)) },
		"when":  func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
		"stamp": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"day":   func(t time.Time) string { return t.UTC().Format("2 January 2006") },
		"count": count, "sentence": func(text string) string { return joined(text) },
		"copyable": func(id, label, value string) map[string]string {
			return map[string]string{"ID": id, "Label": label, "Value": value}
		},
	})
	if _, err := frame.ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"); err != nil {
		return nil, fmt.Errorf("console: templates: %w", err)
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("console: templates: %w", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" || name == "parts" {
			continue
		}
		page, err := frame.Clone()
		if err == nil {
			page, err = page.ParseFS(templateFiles, file)
		}
		if err != nil {
			return nil, fmt.Errorf("console: templates: %w", err)
		}
		v.pages[name] = page
	}
	return v, nil
}

// framed is what the frame around a page shows.
type framed struct {
	Title   string // of the window, before the product's name
	Section string // the entry of the navigation that is current
	Who     string // who is signed in, "" for nobody
	Version string
	Notice  *notice
	Page    any // what the page's own template shows
}

// notice is said once at the top of the page after something was done.
type notice struct{ Kind, Text string }

func (v *views) render(name string, data framed) ([]byte, error) {
	page, found := v.pages[name]
	if !found {
		return nil, fmt.Errorf("console: no template %q", name)
	}
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, "layout.html", data); err != nil {
		return nil, fmt.Errorf("console: page %s: %w", name, err)
	}
	return out.Bytes(), nil
}

// serveStatic serves the style, the script and the icon, which a browser may keep:
// their addresses change with them.
func (v *views) serveStatic(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, staticPath)
	if _, found := v.assets[name]; !found {
		http.NotFound(w, r)
		return
	}
	setHeaders(w.Header())
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeFileFS(w, r, staticFiles, "static/"+name)
}

// ago is a length of time in words, the largest unit only.
func ago(d time.Duration) string {
	switch {
	case d < 45*time.Second:
		return "just now"
	case d < time.Hour:
		return plural(max(1, int(d.Round(time.Minute).Minutes())), "minute") + " ago"
	case d < 24*time.Hour:
		return plural(int(d.Hours()), "hour") + " ago"
	default:
		return plural(int(d.Hours()/24), "day") + " ago"
	}
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// count writes a number with its thousands apart.
func count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
