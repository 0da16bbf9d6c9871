package org

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// loadValue turns the JSON of a dump into the value that a field holds.
func loadValue(f *Field, v any) (any, error) {
	if v == nil {
		if f.Type == "boolean" {
			return nil, errors.New("a checkbox is never null")
		}
		return nil, nil
	}
	switch f.Type {
	case "boolean":
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, errors.New("no boolean")
	case "int":
		if n, ok := v.(json.Number); ok {
			if whole, err := n.Int64(); err == nil {
				return whole, nil
			}
		}
		return nil, errors.New("no whole number")
	case "double", "currency", "percent":
		if n, ok := v.(json.Number); ok {
			if number, err := n.Float64(); err == nil {
				return number, nil
			}
		}
		return nil, errors.New("no number")
	}
	text, ok := v.(string)
	if !ok {
		return nil, errors.New("no text")
	}
	switch f.Type {
	case "datetime":
		at, err := time.Parse(time.RFC3339, text)
		if err != nil || at.Nanosecond() != 0 {
			return nil, errors.New("no time in whole seconds, as 2026-11-25T17:00:00Z")
		}
		return at.UTC(), nil
	case "reference":
		if full, ok := ID18(text); !ok || full != text {
			return nil, errors.New("no id of 18 characters")
		}
	case "picklist":
		if !f.allows(text) {
			return nil, errors.New("not one of its values")
		}
	case "multipicklist":
		for part := range strings.SplitSeq(text, ";") {
			if !f.allows(part) {
				return nil, errors.New("not one of its values")
			}
		}
	default:
		if f.Length > 0 && utf8.RuneCountInString(text) > f.Length {
			return nil, fmt.Errorf("longer than %d characters", f.Length)
		}
	}
	return text, nil
}
