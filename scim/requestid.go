package scim

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"scimforce/scim/audit"
)

// maxRequestID is the longest X-Request-Id taken over from a client or proxy.
const maxRequestID = 64

// requestID is the caller's X-Request-Id when it is harmless in a log, else a
// new one.
func requestID(r *http.Request) string {
	if sent := r.Header.Get("X-Request-Id"); sane(sent) {
		return sent
	}
	return rand.Text()
}

// sane reports whether s is an id and nothing else: no blanks, no markup, no
// e-mail address.
func sane(s string) bool {
	if s == "" || len(s) > maxRequestID {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

// maskPath is a path and the known part of its query as a log may hold it: no
// e-mail address, no value of a filter.
func maskPath(path, rawQuery string) string {
	masked := audit.Mask(loggable(path))
	values, _ := url.ParseQuery(rawQuery)
	sep := "?"
	for _, name := range []string{"filter", "startIndex", "count", "attributes", "excludedAttributes"} {
		for sent, all := range values {
			if !strings.EqualFold(sent, name) || len(all) == 0 {
				continue
			}
			masked += sep + name + "=" + bounded(maskFilter(strings.ToValidUTF8(all[0], "?")), 200)
			sep = "&"
		}
	}
	return masked
}

// maskFilter hides the values in a filter, quoted or not, and keeps its shape:
// `userName eq "***" and active eq ***`.
func maskFilter(text string) string {
	var out strings.Builder
	value := false // the next word is what an operator compares with
	for text != "" {
		switch c := text[0]; {
		case c == '"':
			out.WriteString(`"***"`)
			text = afterQuoted(text)
			value = false
		case strings.IndexByte(" ()[],", c) >= 0:
			out.WriteByte(c)
			text = text[1:]
		default:
			end := strings.IndexAny(text, " ()[],\"")
			if end < 0 {
				end = len(text)
			}
			word := text[:end]
			text = text[end:]
			if value {
				out.WriteString("***")
				value = false
				continue
			}
			out.WriteString(audit.Mask(word))
			value = comparison(word)
		}
	}
	return out.String()
}

// afterQuoted is what follows the quoted literal that text begins with.
func afterQuoted(text string) string {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return text[i+1:]
		}
	}
	return ""
}

// comparison reports whether word is an operator that takes a value.
func comparison(word string) bool {
	switch strings.ToLower(word) {
	case "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le":
		return true
	}
	return false
}
