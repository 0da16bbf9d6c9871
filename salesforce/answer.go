package salesforce

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Answers beyond this size are not read: 32 MiB is many times what 2,000
// records of all the fields of User take.
const maxAnswer = 32 << 20

// Why an answer could not be understood.
var (
	errHTML     = errors.New("answer is a page of HTML, not of the API")
	errCut      = errors.New("answer is cut off or no JSON")
	errShape    = errors.New("answer has another form than expected")
	errTooLarge = errors.New("answer is too large")
)

// An answer is a response whose body was read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// readAnswer reads a response to its end, unpacking it and bounding what it
// unpacks to, in bytes. An error means that the body did not arrive whole.
func readAnswer(response *http.Response, limit int64) (answer, error) {
	a := answer{status: response.StatusCode, header: response.Header}
	body := io.Reader(response.Body)
	if strings.EqualFold(response.Header.Get("Content-Encoding"), "gzip") {
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			if errors.Is(err, io.EOF) && response.StatusCode == http.StatusNoContent {
				return a, nil
			}
			return a, fmt.Errorf("%w: %w", errCut, err)
		}
		body = unpacked
	}
	var buffer bytes.Buffer
	if n := response.ContentLength; n > 0 && n < limit {
		buffer.Grow(int(n) + bytes.MinRead)
	}
	n, err := buffer.ReadFrom(io.LimitReader(body, limit+1))
	a.body = buffer.Bytes()
	switch {
	case err != nil:
		return a, fmt.Errorf("%w: %w", errCut, err)
	case n > limit:
		return a, errTooLarge
	}
	return a, nil
}

// decode reads the answer's JSON into v. Anything but one whole JSON value is
// errHTML or errCut, a value that does not fit v is errShape.
func (a answer) decode(v any) error {
	body := bytes.TrimSpace(a.body)
	if len(body) > 0 && body[0] == '<' {
		return errHTML
	}
	var err error
	if records, ok := v.(settler); ok && hasLongNumber(body) {
		err = decodeExact(body, records)
	} else {
		err = json.Unmarshal(body, v)
	}
	switch {
	case err == nil:
		return nil
	case json.Valid(body):
		// The error's text is left out: it may quote values.
		return errShape
	default:
		return errCut
	}
}

// retryAfter is what an answer's Retry-After asks for, in seconds or as a
// date. Salesforce itself sends none; what stands in front of it may.
func (a answer) retryAfter(now time.Time) time.Duration {
	text := a.header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 && seconds < 1<<31 {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil && date.After(now) {
		return date.Sub(now)
	}
	return 0
}
