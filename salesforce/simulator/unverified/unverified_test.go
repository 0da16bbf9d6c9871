package unverified

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestPrintShowsEveryEntryUnderItsRoom(t *testing.T) {
	var b bytes.Buffer
	if err := Print(&b); err != nil {
		t.Fatal(err)
	}
	rooms := map[string]int{}
	flat := strings.Join(strings.Fields(b.String()), " ")
	for _, e := range List() {
		rooms[e.Room]++
		if !strings.Contains(flat, e.Words) || !strings.Contains(flat, e.Code) {
			t.Errorf("missing: %+v", e)
		}
	}
	for room, n := range rooms {
		if heading := fmt.Sprintf("\n%s (%d)\n", room, n); strings.Count(b.String(), heading) != 1 {
			t.Errorf("no single heading %q", heading)
		}
	}
	if len(rooms) < 3 {
		t.Errorf("rooms %v", rooms)
	}
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(strings.TrimSpace(line))); n > width {
			t.Errorf("%d characters: %s", n, line)
		}
	}
}
