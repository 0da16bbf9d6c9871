package audit

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce"
)

func TestNotesBelongToTheirRequest(t *testing.T) {
	ctx, notes := With(t.Context())
	other, others := With(t.Context())
	Note(ctx, "locale was substituted")
	Note(ctx, "locale was substituted")
	Note(ctx, "")
	Note(other, "frozen instead of deactivated")
	Note(t.Context(), "nobody hears this")
	if diff := cmp.Diff([]string{"locale was substituted"}, notes.All()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"frozen instead of deactivated"}, others.All()); diff != "" {
		t.Error(diff)
	}
}

func TestNotesAreBoundedAndMayComeFromManyGoroutines(t *testing.T) {
	ctx, notes := With(t.Context())
	var wg sync.WaitGroup
	for i := range 3 * maxNotes {
		wg.Go(func() { Note(ctx, fmt.Sprintf("member %d", i)) })
	}
	wg.Wait()
	all := notes.All()
	if len(all) != maxNotes+1 || all[maxNotes] != fmt.Sprintf("%d more remarks were left out", 2*maxNotes) {
		t.Errorf("%d remarks, the last is %q", len(all), all[len(all)-1])
	}
}

func TestTheLogHoldsIdsAndTheOperationAndNoPersonalData(t *testing.T) {
	e := Entry{
		Time: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), RequestID: "trace-17", Credential: "okta",
		Method: "PATCH", Path: "/Users/ada.lovelace+x@acme.example", ResourceType: "User", ResourceID: "ada.lovelace@acme.example",
		Status: 409, ScimType: "uniqueness", Detail: "Ada Lovelace is taken", Duration: 1500 * time.Microsecond,
		Calls: []salesforce.Call{
			{Method: "GET", Resource: "/query", Parts: []string{"User"}, Status: 200},
			{Method: "POST", Resource: "/composite", Status: 200, ErrorCode: "DUPLICATE_USERNAME"},
		},
		Notes: []string{"created as <ada.lovelace@acme.example>"},
	}
	var info, debug bytes.Buffer
	Log(slog.New(slog.NewTextHandler(&info, nil))).Record(t.Context(), e)
	Log(slog.New(slog.NewTextHandler(&debug, &slog.HandlerOptions{Level: slog.LevelDebug}))).Record(t.Context(), e)
	for _, must := range []string{"trace-17", "okta", "PATCH", "status=409", "uniqueness", "ms=1.5", "GET /query (User)", "POST /composite DUPLICATE_USERNAME", "a***@acme.example"} {
		if !strings.Contains(info.String(), must) {
			t.Errorf("the log lacks %q: %s", must, info.String())
		}
	}
	for _, never := range []string{"lovelace", "Lovelace"} {
		if strings.Contains(info.String(), never) {
			t.Errorf("the log holds %q: %s", never, info.String())
		}
	}
	if !strings.Contains(debug.String(), "Ada Lovelace is taken") {
		t.Errorf("at debug level the detail is missing: %s", debug.String())
	}
}

func TestReadsAreLoggedAtDebugLevelOnly(t *testing.T) {
	for method, want := range map[string]bool{"GET": false, "HEAD": false, "POST": true, "PUT": true, "PATCH": true, "DELETE": true} {
		var info, debug bytes.Buffer
		Log(slog.New(slog.NewTextHandler(&info, nil))).Record(t.Context(), Entry{Method: method})
		Log(slog.New(slog.NewTextHandler(&debug, &slog.HandlerOptions{Level: slog.LevelDebug}))).Record(t.Context(), Entry{Method: method})
		if got := info.Len() > 0; got != want || debug.Len() == 0 {
			t.Errorf("%s: at info level %v, at debug level %d bytes", method, got, debug.Len())
		}
	}
}

func TestMaskHidesAddressesAndNothingElse(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "",
		"no address":                      "no address",
		"/Users/0055g00000AbCdEAAV":       "/Users/0055g00000AbCdEAAV",
		"ada@acme.example":                "a***@acme.example",
		"for <ada@acme.example>, bob@b.c": "for <a***@acme.example>, b***@b.c",
		"@":                               "@",
		"a@":                              "a***@",
		"ädá.ö@acme.example":              "ä***@acme.example",
		"two@@signs":                      "t***@@signs",
	} {
		if got := Mask(text); got != want {
			t.Errorf("%q is masked as %q, want %q", text, got, want)
		}
	}
}

func FuzzMaskLeavesNoLocalPartOfMoreThanOneCharacter(f *testing.F) {
	for _, seed := range []string{"ada@acme.example", "a@b@c", "@@", "x ada+b@c <d.e@f>", "üü@ü"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		masked := Mask(text)
		for i := range masked {
			if masked[i] != '@' || i == 0 {
				continue
			}
			// Only the end of the three stars may stand before an @, or nothing.
			if localPart(masked[i-1]) && masked[i-1] != '*' {
				t.Fatalf("%q is masked as %q", text, masked)
			}
		}
	})
}

// list keeps what it is given.
type list struct{ got []string }

func (l *list) Record(_ context.Context, e Entry) { l.got = append(l.got, e.RequestID) }

func TestTeeGivesEveryEntryToEverySink(t *testing.T) {
	a, b := &list{}, &list{}
	sink := Tee(a, nil, b)
	sink.Record(t.Context(), Entry{RequestID: "1"})
	sink.Record(t.Context(), Entry{RequestID: "2"})
	for _, l := range []*list{a, b} {
		if diff := cmp.Diff([]string{"1", "2"}, l.got); diff != "" {
			t.Error(diff)
		}
	}
	Tee().Record(t.Context(), Entry{})
}
