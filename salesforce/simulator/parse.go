package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// badJSON is the 400 of the JSON parser in front of the API.
func badJSON(message string) answer {
	return codeFirst(http.StatusBadRequest, "JSON_PARSER_ERROR", message)
}

// parserMessage words a failure of encoding/json as the parser of a real org
// does, with line and column (both from 1).
// unverified: all words but those of a missing colon and of a key that is no
// object's, see unknownKey; what follows "at" was recorded.
func parserMessage(body []byte, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at := min(max(syntax.Offset-1, 0), int64(len(body)))
		if at >= int64(len(body))-1 && syntax.Error() == "unexpected end of JSON input" {
			return "Unexpected end-of-input at " + position(body, int64(len(body)))
		}
		c, _ := utf8.DecodeRune(body[at:])
		wanted := "a valid JSON value"
		if strings.HasSuffix(syntax.Error(), " after object key") {
			wanted = "a colon to separate field name and value"
		}
		return fmt.Sprintf("Unexpected character ('%c' (code %d)): was expecting %s at %s", c, c, wanted, position(body, at))
	case errors.As(err, &kind):
		return fmt.Sprintf("Cannot deserialize instance of %s from %s at %s", kindName(kind), tokenName(kind.Value), position(body, kind.Offset))
	}
	return "Unexpected content at " + position(body, 0)
}

func kindName(e *json.UnmarshalTypeError) string {
	switch e.Type.Kind().String() {
	case "bool":
		return "boolean"
	case "slice":
		return "list"
	case "map", "struct":
		return "object"
	}
	return e.Type.Kind().String()
}

func tokenName(value string) string {
	switch value {
	case "string":
		return "VALUE_STRING"
	case "array":
		return "START_ARRAY"
	case "object":
		return "START_OBJECT"
	case "bool":
		return "VALUE_BOOLEAN"
	}
	return "VALUE_NUMBER"
}

// position is "[line:1, column:18]" of a byte offset.
func position(body []byte, offset int64) string {
	before := body[:min(max(offset, 0), int64(len(body)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - (bytes.LastIndexByte(before, '\n') + 1) + 1
	return fmt.Sprintf("[line:%d, column:%d]", line, column)
}

// valueStart is the offset of the value behind the key that ends at offset.
func valueStart(body []byte, offset int64) int64 {
	for offset < int64(len(body)) && bytes.IndexByte([]byte(" \t\r\n:"), body[offset]) >= 0 {
		offset++
	}
	return offset
}

// unknownKey looks for a key the resource does not know in the object at the
// top of body, and answers as recorded: Unrecognized field "id" at [line:4,
// column:12].
func unknownKey(body []byte, known ...string) *answer {
	dec := json.NewDecoder(bytes.NewReader(body))
	depth := 0
	expectKey := false
	for {
		token, err := dec.Token()
		if err != nil {
			return nil
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
				expectKey = depth == 1 && t == '{'
			} else {
				depth--
				expectKey = depth == 1
			}
			continue
		case string:
			if depth == 1 && expectKey {
				expectKey = false
				if !slices.Contains(known, t) {
					a := badJSON(fmt.Sprintf("Unrecognized field %q at %s", t, position(body, valueStart(body, dec.InputOffset()))))
					return &a
				}
				continue
			}
		}
		if depth == 1 {
			expectKey = true
		}
	}
}
