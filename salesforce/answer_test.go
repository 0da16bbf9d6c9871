package salesforce

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func packed(t testing.TB, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnswersAreUnpacked(t *testing.T) {
	gz := packed(t, `{"Id":"x"}`)
	response := &http.Response{StatusCode: 200, Header: http.Header{"Content-Encoding": {"gzip"}}, Body: io.NopCloser(bytes.NewReader(gz))}
	a, err := readAnswer(response, maxAnswer)
	if err != nil || string(a.body) != `{"Id":"x"}` {
		t.Errorf("%q, %v", a.body, err)
	}
	response.Body = io.NopCloser(bytes.NewReader(gz[:len(gz)-6]))
	if _, err := readAnswer(response, maxAnswer); !errors.Is(err, errCut) {
		t.Errorf("half a packed body: %v", err)
	}
	response.Body = io.NopCloser(strings.NewReader(`{"Id":"x"}`))
	if _, err := readAnswer(response, maxAnswer); !errors.Is(err, errCut) {
		t.Errorf("a body that is not packed: %v", err)
	}
}

func TestAnswersAreBoundedAlsoWhenPacked(t *testing.T) {
	big := strings.Repeat(" ", 1_001)
	for name, response := range map[string]*http.Response{
		"plain":  {StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(big))},
		"packed": {StatusCode: 200, Header: http.Header{"Content-Encoding": {"gzip"}}, Body: io.NopCloser(bytes.NewReader(packed(t, big)))},
	} {
		if _, err := readAnswer(response, 1_000); !errors.Is(err, errTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An endless body counts what is read of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read += len(p); e.read > 1<<20 {
		return 0, errors.New("read on and on")
	}
	return len(p), nil
}

func TestAnswersAreNotReadBeyondTheirBound(t *testing.T) {
	body := &endless{}
	_, err := readAnswer(&http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(body)}, 1_000)
	if !errors.Is(err, errTooLarge) || body.read > 10_000 {
		t.Errorf("after %d bytes: %v", body.read, err)
	}
}

func TestAnswersThatAreNoneAreToldApart(t *testing.T) {
	for body, want := range map[string]error{
		`{"totalSize":0,"done":true,"records":[]}`: nil,
		" \n{\"done\":true} \n":                    nil,
		"<html><body>We are down for maintenance.": errHTML,
		`{"totalSize":1,"done":tr`:                 errCut,
		`{"done":true}{"done":true}`:               errCut,
		``:                                         errCut,
		`Service Unavailable`:                      errCut,
		`["a"]`:                                    errShape,
		`{"records":"many"}`:                       errShape,
		`{"done":true,"totalSize":12345678901234567890}`:                   errShape,
		`{"done":true,"records":[{"N":1234567890123456}]} x`:               errCut,
		`{"done":true,"records":[{"N":1234567890123456}]}]`:                errCut,
		`{"done":true,"records":[{"N":"1234567890123456"}]`:                errCut,
		`{"done":true,"records":[{"N":1234567890123456},{"N":1234567890]}`: errCut,
	} {
		var p page
		if err := (answer{body: []byte(body)}).decode(&p); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", body, err, want)
		}
	}
}

func TestNumbersAreNotBent(t *testing.T) {
	var r Record
	body := `{"Small":7,"Float":1.5,"Exact":9007199254740992,"Big":9007199254740993,"Huge":123456789012345678901234567890,` +
		`"Wide":1.2345678901234567890,"List":[9007199254740993,1],"Parent":{"Big":-9007199254740993},"Text":"9007199254740993","No":null,"Yes":true}`
	if err := (answer{body: []byte(body)}).decode(&r); err != nil {
		t.Fatal(err)
	}
	want := Record{
		"Small": 7.0, "Float": 1.5, "Exact": 9007199254740992.0, "Big": "9007199254740993", "Huge": "123456789012345678901234567890",
		"Wide": 1.2345678901234567, "List": []any{"9007199254740993", 1.0}, "Parent": map[string]any{"Big": "-9007199254740993"},
		"Text": "9007199254740993", "No": nil, "Yes": true,
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
}

func TestRetryAfterIsReadAsSecondsAndAsDate(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "17": 17 * time.Second, "-1": 0, "soon": 0, "99999999999": 0,
		"Mon, 23 Nov 2026 12:00:05 GMT": 5 * time.Second, "Mon, 23 Nov 2026 11:00:00 GMT": 0,
	} {
		a := answer{header: http.Header{"Retry-After": {text}}}
		if got := a.retryAfter(now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		`{"totalSize":1,"done":true,"records":[{"attributes":{"type":"User"},"Id":"005RM000002FZAlYAO","N":9007199254740993}]}`,
		`{"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v53.0/query/01gB000003OCxSPIA1-2000","records":[null]}`,
		`{"compositeResponse":[{"body":{"id":"x","success":true,"errors":[]},"httpHeaders":{},"httpStatusCode":201,"referenceId":"a"}]}`,
		`{"compositeResponse":[{"body":[{"errorCode":"PROCESSING_HALTED","message":"m"}],"httpStatusCode":400,"referenceId":"a"}]}`,
		"<html>", "", "[", "null",
	} {
		f.Add([]byte(body))
	}
	subs := []Subrequest{QuerySub("q", "SELECT Id FROM User"), GetSub("g", "User", ada), CreateSub("a", "User", nil), UpdateSub("u", "User", ada, nil)}
	f.Fuzz(func(t *testing.T, body []byte) {
		var p page
		if err := (answer{body: body}).decode(&p); err == nil && p.check() == nil {
			for _, r := range p.Records {
				noNumbers(t, map[string]any(r))
			}
		}
		for _, sub := range subs {
			responses, err := decodeComposite(answer{status: 200, body: body}, []Subrequest{sub})
			if err != nil {
				continue
			}
			s := responses[sub.ref]
			_, _, _, _, _ = s.Err(), s.Records(), s.Record(), s.ID(), s.TotalSize()
			if s.Err() == nil && (s.Status < 200 || s.Status > 299) {
				t.Fatalf("status %d without an error", s.Status)
			}
		}
	})
}

// noNumbers fails for values that are of none of the promised types.
func noNumbers(t *testing.T, v any) {
	switch v := v.(type) {
	case nil, string, bool, float64:
	case []any:
		for _, element := range v {
			noNumbers(t, element)
		}
	case map[string]any:
		for _, element := range v {
			noNumbers(t, element)
		}
	default:
		t.Fatalf("a value of type %T", v)
	}
}
