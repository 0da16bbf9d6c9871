package audit

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"unicode/utf8"

	"scimforce/salesforce"
)

// Log returns a sink that writes each entry as one line of l: what changes
// something at info level, reads at debug level, because they are the most and
// the request log has them. A line holds ids, the operation, its outcome and
// the Salesforce calls it took; Detail, which may quote a value somebody sent,
// only at debug level.
func Log(l *slog.Logger) Sink { return logSink{l} }

type logSink struct{ logger *slog.Logger }

// Record implements Sink.
func (s logSink) Record(ctx context.Context, e Entry) {
	level := slog.LevelInfo
	if e.Method == http.MethodGet || e.Method == http.MethodHead {
		level = slog.LevelDebug
	}
	if !s.logger.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 16)
	attrs = append(attrs,
		slog.Time("at", e.Time),
		slog.String("request_id", e.RequestID),
		slog.String("credential", e.Credential),
		slog.String("method", e.Method),
		slog.String("path", Mask(e.Path)),
		slog.Int("status", e.Status),
		slog.Float64("ms", float64(e.Duration.Microseconds())/1000),
	)
	if e.ResourceType != "" {
		attrs = append(attrs, slog.String("resource_type", e.ResourceType))
	}
	if e.ResourceID != "" {
		attrs = append(attrs, slog.String("resource_id", Mask(e.ResourceID)))
	}
	if e.ScimType != "" {
		attrs = append(attrs, slog.String("scim_type", e.ScimType))
	}
	if e.Detail != "" && s.logger.Enabled(ctx, slog.LevelDebug) {
		attrs = append(attrs, slog.String("detail", e.Detail))
	}
	if len(e.Calls) > 0 {
		attrs = append(attrs, slog.Any("salesforce", describe(e.Calls)))
	}
	if len(e.Notes) > 0 {
		notes := make([]string, len(e.Notes))
		for i, n := range e.Notes {
			notes[i] = Mask(n)
		}
		attrs = append(attrs, slog.Any("notes", notes))
	}
	s.logger.LogAttrs(ctx, level, "audit", attrs...)
}

// describe writes calls as "POST /composite 200" and, when one was refused,
// its error code after it.
func describe(calls []salesforce.Call) []string {
	lines := make([]string, len(calls))
	for i, c := range calls {
		lines[i] = c.Method + " " + c.Resource
		if len(c.Parts) > 0 {
			lines[i] += " (" + strings.Join(c.Parts, ", ") + ")"
		}
		if c.ErrorCode != "" {
			lines[i] += " " + c.ErrorCode
		}
	}
	return lines
}

// Mask hides what looks like an e-mail address in s, keeping its first letter
// and its domain ("a***@acme.example"): enough to find a mistake, not a person.
// Remarks and paths come from many hands; this is the last door before a log.
func Mask(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	var out strings.Builder
	for {
		at := strings.IndexByte(s, '@')
		if at < 0 {
			out.WriteString(s)
			return out.String()
		}
		start := at
		for start > 0 && localPart(s[start-1]) {
			start--
		}
		_, first := utf8.DecodeRuneInString(s[start:at])
		out.WriteString(s[:start+first])
		if start < at {
			out.WriteString("***")
		}
		out.WriteByte('@')
		s = s[at+1:]
	}
}

// localPart reports whether b may stand before the @ of an address: the atom
// characters of RFC 5322 3.2.3, the dot, and bytes of non-ASCII letters.
func localPart(b byte) bool {
	switch {
	case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', b >= 0x80:
		return true
	}
	return strings.IndexByte(".!#$&*+-/=?^_`{|}~%", b) >= 0
}
