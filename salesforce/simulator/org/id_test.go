package org

import (
	"strings"
	"testing"
)

func TestID18(t *testing.T) {
	// Real ids with their published suffixes.
	for _, v := range strings.Fields(`005RM000002FZAl-YAO 00eRM000001Vtbn-YAC 005D0000001KyEI-IA0 0052E00000Ji4I0-QAJ
		0053V000000vD5q-QAE 00e2E000001IUCd-QAO 00E2h000000RMSd-EAO 00e2h000000EcRC-AA0 001D000000IqhSL-IAZ
		00DS0000003acEu-MAI 00et0000000qoV2-AAI 00e1R000001LAyW-QAW 00536000004ORAK-AA4 0012S00002GWsZ0-QAL
		500B000000A1nvP-IAR 00exx000000jz1S-AAQ 0PLD000000003mw-OAA`) {
		short, suffix, _ := strings.Cut(v, "-")
		full := short + suffix
		for _, in := range []string{short, full, strings.ToLower(full), strings.ToUpper(full)} {
			if got, ok := ID18(in); !ok || got != full {
				t.Errorf("ID18(%q) = %q, %v; want %q", in, got, ok, full)
			}
		}
	}
}

func TestID18RefusesWhatCannotBeAnID(t *testing.T) {
	for _, in := range []string{
		"", "x", "005RM000002FZA", "005RM000002FZAlY", "005RM000002FZAl-", "005RM000002FZAl!AO",
		"005RM000002FZAlYA9", // no such suffix character
		"00000000000000000B", // a suffix that makes a digit upper case
		"a\x00bcdefghijklmn", "ééééééé1",
	} {
		if got, ok := ID18(in); ok {
			t.Errorf("ID18(%q) = %q", in, got)
		}
	}
}

func FuzzID18(f *testing.F) {
	for _, s := range []string{"005RM000002FZAl", "005rm000002fzalyao", "", "00000000000000000A", strings.Repeat("é", 9)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		full, ok := ID18(in)
		if !ok {
			return
		}
		if len(full) != 18 || !strings.EqualFold(full[:15], in[:15]) {
			t.Fatalf("ID18(%q) = %q", in, full)
		}
		for _, again := range []string{full, full[:15], strings.ToUpper(full), strings.ToLower(full)} {
			if got, ok := ID18(again); !ok || got != full {
				t.Fatalf("ID18(%q) = %q, %v; want %q", again, got, ok, full)
			}
		}
	})
}

func TestIDsAscendAndFollowTheSeed(t *testing.T) {
	a, b, other := newIDSource("005", podOf(1), 1), newIDSource("005", podOf(1), 1), newIDSource("005", podOf(2), 2)
	last := ""
	for range 10_000 {
		id := a.next()
		if full, ok := ID18(id); !ok || full != id || !strings.HasPrefix(id, "005") {
			t.Fatalf("%q is no id", id)
		}
		if id <= last {
			t.Fatalf("%q after %q", id, last)
		}
		if id != b.next() {
			t.Fatal("the same seed makes other ids")
		}
		if id == other.next() {
			t.Fatal("another seed makes the same id")
		}
		last = id
	}
}
