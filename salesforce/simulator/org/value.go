package org

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// take reads the caller's values into the write: unknown columns first, then
// JSON types, then fields that cannot be written.
func (w *write) take(values map[string]any) Errors {
	obj := w.t.obj
	keys := sortedKeys(values)
	for _, key := range keys {
		if strings.EqualFold(key, "Id") {
			return w.idGiven()
		}
		if _, ok := obj.FieldIndex(key); !ok && key != "attributes" {
			return noSuchColumn(key, obj)
		}
	}
	var refused []string
	for _, key := range keys {
		if key == "attributes" {
			continue
		}
		i, _ := obj.FieldIndex(key)
		f := &obj.Fields[i]
		value, errs := w.s.coerce(f, values[key])
		if errs != nil {
			return errs
		}
		if w.inserting() && !f.Createable || !w.inserting() && !f.Updateable || !w.maySet(f) {
			refused = append(refused, f.Name)
			continue
		}
		if value == nil && f.Type == "boolean" {
			continue // unverified: that a null leaves a checkbox as it is
		}
		if value == nil && w.inserting() && f.DefaultedOnCreate {
			continue
		}
		w.values[i], w.given[i] = value, true
	}
	if len(refused) > 0 {
		return readOnly(refused)
	}
	return nil
}

// idGiven refuses an Id among the values.
// unverified: codes and sentences that refuse an Id among the values of a record
func (w *write) idGiven() Errors {
	if w.inserting() {
		return one(400, "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
	}
	return bare(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
}

// coerce turns a JSON value into a stored one. An empty string is null.
func (s *store) coerce(f *Field, v any) (any, Errors) {
	if v == nil || v == "" {
		return nil, nil
	}
	switch f.Type {
	case "boolean":
		return coerceBoolean(v)
	case "int":
		return coerceNumber("int", v)
	case "double", "currency", "percent":
		// unverified: that errors call all numbers with decimals double
		return coerceNumber("double", v)
	case "datetime":
		return coerceTime(v)
	case "date":
		return coerceDate(v)
	}
	text, ok := v.(string)
	if !ok {
		return nil, wrongType(f.Type, v)
	}
	if f.Type == "reference" || f.Type == "id" {
		id, ok := ID18(text)
		if !ok || f.Type == "reference" && !s.refersTo(f, id) {
			return nil, malformedReference(f.Label, text, f.Name)
		}
		return id, nil
	}
	// unverified: that surrounding space of a text is cut off
	text = strings.TrimSpace(text)
	if f.Type == "multipicklist" {
		text = f.chosen(text)
	}
	if text == "" {
		return nil, nil
	}
	return text, nil
}

// refersTo reports whether the id's prefix is one of the objects the field may
// point at. An object this org does not hold is taken at its word here and
// found absent later.
func (s *store) refersTo(f *Field, id string) bool {
	unknown := false
	for _, name := range f.ReferenceTo {
		t := s.table(name)
		if t == nil {
			unknown = true
		} else if strings.HasPrefix(id, t.obj.KeyPrefix) {
			return true
		}
	}
	return unknown && s.byPrefix[id[:3]] == nil
}

func coerceBoolean(v any) (any, Errors) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case string:
		if strings.EqualFold(v, "true") {
			return true, nil
		}
		if strings.EqualFold(v, "false") {
			return false, nil
		}
	}
	return nil, wrongType("boolean", v)
}

func coerceNumber(kind string, v any) (any, Errors) {
	var n float64
	switch x := v.(type) {
	case float64:
		n = x
	case int:
		n = float64(x)
	case int64:
		n = float64(x)
	case json.Number:
		parsed, err := x.Float64()
		if err != nil {
			return nil, wrongType(kind, v)
		}
		n = parsed
	case string:
		parsed, err := strconv.ParseFloat(x, 64)
		if err != nil {
			return nil, wrongType(kind, v)
		}
		n = parsed
	default:
		return nil, wrongType(kind, v)
	}
	if math.IsInf(n, 0) || math.IsNaN(n) {
		return nil, wrongType(kind, v)
	}
	if kind == "double" {
		return n, nil
	}
	if n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
		return nil, wrongType(kind, v)
	}
	return int64(n), nil
}

func coerceTime(v any) (any, Errors) {
	if t, ok := v.(time.Time); ok {
		return t.UTC().Truncate(time.Second), nil
	}
	text, ok := v.(string)
	if !ok {
		return nil, wrongType("datetime", v)
	}
	// A zone without a colon wants milliseconds: "2013-08-12T15:20:00+0000" was
	// seen refused.
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.000-0700", "2006-01-02T15:04Z07:00", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Truncate(time.Second), nil
		}
	}
	return nil, badJSON("Cannot deserialize instance of datetime from VALUE_STRING value %s", text)
}

// coerceDate keeps a date as its text, "2026-11-23".
func coerceDate(v any) (any, Errors) {
	text, ok := v.(string)
	if !ok {
		return nil, wrongType("date", v)
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return nil, badJSON("Cannot deserialize instance of date from VALUE_STRING value %s", text)
	}
	return text, nil
}

// wrongType words a JSON value of a type that the field does not take, up to
// where a request's answer adds the place in its body. Recorded for boolean,
// double and datetime from a string; the other pairs follow the pattern.
// unverified: JSON_PARSER_ERROR sentences of wrong JSON types other than a string for a boolean, double or datetime
func wrongType(kind string, v any) Errors {
	token, shown := "VALUE_STRING", fmt.Sprint(v)
	switch x := v.(type) {
	case bool:
		token = map[bool]string{true: "VALUE_TRUE", false: "VALUE_FALSE"}[x]
	case float64:
		token = "VALUE_NUMBER_FLOAT"
		if x == math.Trunc(x) {
			token = "VALUE_NUMBER_INT"
		}
		shown = strconv.FormatFloat(x, 'f', -1, 64)
	case json.Number:
		token = "VALUE_NUMBER_INT"
		if strings.ContainsAny(x.String(), ".eE") {
			token = "VALUE_NUMBER_FLOAT"
		}
	case int, int64:
		token = "VALUE_NUMBER_INT"
	case map[string]any:
		token, shown = "START_OBJECT", "{"
	case []any:
		token, shown = "START_ARRAY", "["
	}
	return badJSON("Cannot deserialize instance of %s from %s value %s", kind, token, shown)
}

// verifyField checks the form of one value: length, picklist, e-mail address,
// existence of what a reference points at.
func (w *write) verifyField(i int) Errors {
	f := &w.t.obj.Fields[i]
	text, ok := w.values[i].(string)
	if !ok || f.derive != nil || text == "" || !w.inserting() && !w.given[i] {
		return nil
	}
	switch f.Type {
	case "reference":
		if _, ok := w.s.target(text); !ok {
			return absentReference()
		}
		return nil
	case "picklist":
		if !f.allows(text) || !w.appliesHere(f, text) {
			return badPicklistValue(f, text)
		}
		return nil
	case "multipicklist":
		for part := range strings.SplitSeq(text, ";") {
			if !f.allows(part) || !w.appliesHere(f, part) {
				return badPicklistValue(f, part)
			}
		}
		return nil
	}
	if f.Length > 0 && len(text) > f.Length && utf8.RuneCountInString(text) > f.Length {
		return tooLong(f, text)
	}
	if f.Type == "email" && !looksLikeEmail(text) {
		return badEmail(f, text)
	}
	return nil
}

// emailShape wants a dot in the domain: "a@213213213213213com" is refused.
var emailShape = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~` + "`" + `-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z0-9-]{2,}$`)

func looksLikeEmail(s string) bool { return emailShape.MatchString(s) }
