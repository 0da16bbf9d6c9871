package scim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	scimerrors "github.com/elimity-com/scim/errors"
)

const (
	// maxDepth bounds how deep a body may nest. A resource needs four levels,
	// a PATCH of one six.
	maxDepth = 32
	// bodyDeadline is how long a client may take to send its body, so that a
	// slow one holds no place for ever.
	bodyDeadline = 30 * time.Second
)

// mediaTypes are accepted in a request; RFC 7644 3.1 asks for the first, and
// most clients send the second now and then.
func acceptedMediaType(s string) bool {
	return strings.EqualFold(s, "application/scim+json") || strings.EqualFold(s, "application/json")
}

// checkContentType refuses a body that is not said to be JSON: 415. A missing
// type is taken for JSON, and parameters are not looked at (Okta's
// `; charset=utf-8`).
func checkContentType(h http.Header) error {
	if encoding := h.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return refuse(http.StatusUnsupportedMediaType, "", "Send the body without a Content-Encoding.")
	}
	sent := h.Get("Content-Type")
	if sent == "" {
		return nil
	}
	media, _, err := mime.ParseMediaType(sent)
	if err != nil {
		media, _, _ = strings.Cut(sent, ";")
		media = strings.TrimSpace(media)
	}
	if !acceptedMediaType(media) {
		return refuse(http.StatusUnsupportedMediaType, "", "Send the body as application/scim+json or application/json.")
	}
	return nil
}

// readBody reads the JSON object in r's body, at most limit bytes. Errors are
// problems: 413, 415, or 400 invalidSyntax with the place.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) (map[string]any, error) {
	if err := checkContentType(r.Header); err != nil {
		return nil, err
	}
	tooLarge := refuse(http.StatusRequestEntityTooLarge, "", "The body is larger than the %d bytes that are accepted.", limit)
	if r.ContentLength > limit {
		return nil, tooLarge
	}
	// Neither call matters where the connection cannot do it.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyDeadline))
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	_ = control.SetReadDeadline(time.Time{})
	var exceeded *http.MaxBytesError
	switch {
	case errors.As(err, &exceeded):
		return nil, tooLarge
	case err != nil:
		return nil, refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidSyntax, "The body broke off after %d bytes.", len(data))
	}
	return decodeObject(data)
}

// decodeObject reads one JSON object and nothing after it. Errors are 400
// invalidSyntax and say where.
func decodeObject(data []byte) (map[string]any, error) {
	// .NET clients put a byte order mark in front; RFC 8259 8.1 lets a reader
	// ignore it.
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if object, ok := quickly(data); ok {
		return object, nil
	}
	return carefully(data)
}

// carefully is decodeObject step by step, each of which knows one thing that can
// be wrong.
func carefully(data []byte) (map[string]any, error) {
	if at := invalidUTF8(data); at >= 0 {
		return nil, syntaxProblem(data, at, "this byte is not UTF-8")
	}
	first := bytes.TrimLeft(data, " \t\r\n")
	if len(first) == 0 {
		return nil, refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidSyntax, "The body is empty; a JSON object is needed.")
	}
	if at := tooDeep(data, maxDepth); at >= 0 {
		return nil, syntaxProblem(data, at, "it nests deeper than is accepted")
	}
	var valid json.RawMessage
	if err := json.Unmarshal(data, &valid); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			// Offset counts the bytes read, the offender included; at the end
			// of a body cut short there is none.
			return nil, syntaxProblem(data, max(0, int(syntax.Offset)-1), syntax.Error())
		}
		return nil, refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidSyntax, "The body is not JSON.")
	}
	if key, at := repeatedName(data); at >= 0 {
		return nil, syntaxProblem(data, at, fmt.Sprintf("%q is there twice in one object", bounded(key, 80)))
	}
	// Numbers stay as they are written: where an attribute is a string, as
	// externalId is, a float64 would lose digits of a long one.
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidSyntax, "The body is not JSON.")
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, syntaxProblem(data, len(data)-len(first), "a JSON object is needed here")
	}
	return object, nil
}

// syntaxProblem names the place of a fault by line and column, both from 1,
// the column in characters.
func syntaxProblem(data []byte, at int, what string) problem {
	at = min(at, len(data))
	before := data[:at]
	line := bytes.Count(before, []byte{'\n'}) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidSyntax, "The body is not valid JSON at line %d, column %d: %s.", line, column, what)
}

// invalidUTF8 is the index of the first byte that is not UTF-8, or -1.
func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// tooDeep is the index of the bracket that opens a level below limit, or -1.
// It is asked before anything is built from the data.
func tooDeep(data []byte, limit int) int {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > limit {
				return i
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return -1
}
