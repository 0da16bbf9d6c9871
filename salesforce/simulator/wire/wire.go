// Package wire writes the JSON of the REST API: compact, without HTML
// escaping, a double always with a decimal point, a datetime in UTC with
// milliseconds.
package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendString writes a JSON string. Text without quotes, backslashes and
// controls takes the short way; Salesforce sends "<br>" as it is.
func AppendString(dst []byte, s string) []byte {
	wide := false
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c == '"' || c == '\\' || c == 0xe2 { // 0xe2 begins the line separators that JSON in JavaScript escapes
			return escaped(dst, s)
		}
		wide = wide || c >= utf8.RuneSelf
	}
	if wide && !utf8.ValidString(s) {
		return escaped(dst, s)
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

func escaped(dst []byte, s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string and a bytes.Buffer do not fail
	return append(dst, bytes.TrimRight(b.Bytes(), "\n")...)
}

// AppendDouble writes a double: 300.0, 0.25.
func AppendDouble(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if f == math.Trunc(f) {
		dst = append(dst, ".0"...)
	}
	return dst
}

// AppendDatetime writes "2024-09-05T21:57:31.000+0000".
func AppendDatetime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	hour, minute, second := t.Clock()
	dst = appendDay(append(dst, '"'), t)
	dst = appendPadded(append(dst, 'T'), hour, 2)
	dst = appendPadded(append(dst, ':'), minute, 2)
	dst = appendPadded(append(dst, ':'), second, 2)
	dst = appendPadded(append(dst, '.'), t.Nanosecond()/1e6, 3)
	return append(dst, `+0000"`...)
}

// AppendDate writes "2024-09-05".
func AppendDate(dst []byte, t time.Time) []byte {
	return append(appendDay(append(dst, '"'), t.UTC()), '"')
}

func appendDay(dst []byte, t time.Time) []byte {
	year, month, day := t.Date()
	dst = appendPadded(dst, year, 4)
	dst = appendPadded(append(dst, '-'), int(month), 2)
	return appendPadded(append(dst, '-'), day, 2)
}

func appendPadded(dst []byte, n, width int) []byte {
	for limit := 10; width > 1; width, limit = width-1, limit*10 {
		if n < limit {
			dst = append(dst, '0')
		}
	}
	return strconv.AppendInt(dst, int64(n), 10)
}
