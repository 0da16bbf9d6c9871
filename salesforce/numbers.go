package salesforce

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
)

// hasLongNumber says whether a body may hold an integer that float64 cannot:
// 16 digits in a row. It is asked first because such numbers are rare and
// decoding with care takes twice the time.
func hasLongNumber(body []byte) bool {
	run := 0
	for _, b := range body {
		if b < '0' || b > '9' {
			run = 0
			continue
		}
		if run++; run >= 16 {
			return true
		}
	}
	return false
}

// A settler holds values as encoding/json decodes them and can replace the
// json.Numbers among them.
type settler interface{ settle() }

func (r *Record) settle() { settled(map[string]any(*r)) }

func (p *page) settle() {
	for _, record := range p.Records {
		settled(map[string]any(record))
	}
}

// decodeExact decodes JSON as encoding/json does, except that an integer which
// float64 cannot hold becomes a string of its digits.
func decodeExact(body []byte, v settler) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(v); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errCut
	}
	v.settle()
	return nil
}

// settled replaces the json.Numbers within a value, in place where it can.
func settled(v any) any {
	switch v := v.(type) {
	case json.Number:
		return number(v.String())
	case []any:
		for i := range v {
			v[i] = settled(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = settled(v[key])
		}
	}
	return v
}

// number is the value of a JSON number.
func number(text string) any {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	integer := !strings.ContainsAny(text, ".eE")
	if integer && math.Abs(f) >= 1<<53 && strconv.FormatFloat(f, 'f', 0, 64) != text {
		return text
	}
	return f
}
