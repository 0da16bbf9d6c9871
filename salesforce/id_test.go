package salesforce

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Ids of real orgs.
var realIDs = []string{
	"005RM000002FZAlYAO", "00eRM000001VtbnYAC", "005D0000001KyEIIA0", "0052E00000Ji4I0QAJ", "0053V000000vD5qQAE",
	"00e2E000001IUCdQAO", "00E2h000000RMSdEAO", "00e2h000000EcRCAA0", "001D000000IqhSLIAZ", "00DS0000003acEuMAI",
	"00et0000000qoV2AAI", "00e1R000001LAyWQAW", "00536000004ORAKAA4", "0012S00002GWsZ0QAL", "500B000000A1nvPIAR",
	"00exx000000jz1SAAQ", "0PLD000000003mwOAA",
}

func TestID18(t *testing.T) {
	for _, id := range realIDs {
		for name, given := range map[string]string{
			"15 characters": id[:15], "18 characters": id, "lower case": strings.ToLower(id), "upper case": strings.ToUpper(id),
		} {
			if got, ok := ID18(given); !ok || got != id {
				t.Errorf("ID18 of %s %q = %q, %v, want %q", name, given, got, ok, id)
			}
		}
	}
}

func TestID18RefusesWhatIsNoID(t *testing.T) {
	for name, id := range map[string]string{
		"nothing":                           "",
		"a name":                            "ada@acme.example",
		"16 characters":                     "005RM000002FZAlY",
		"19 characters":                     "005RM000002FZAlYAOX",
		"a hyphen":                          "005RM000002FZ-lYAO",
		"a quote":                           "005RM000002FZA'",
		"a letter of two bytes":             "005RM000002FZÄ",
		"a checksum that does not exist":    "005RM000002FZAl9AO",
		"a checksum that makes digits tall": "005RM000002FZAl5AO",
	} {
		if got, ok := ID18(id); ok {
			t.Errorf("ID18 took %s for an id: %q", name, got)
		}
	}
}

func TestEveryIDIsRepairedFromLostCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id15 := rapid.StringMatching(`[0-9A-Za-z]{15}`).Draw(t, "id")
		id18, ok := ID18(id15)
		if !ok || id18[:15] != id15 {
			t.Fatalf("ID18(%q) = %q, %v", id15, id18, ok)
		}
		if repaired, ok := ID18(strings.ToLower(id18)); !ok || repaired != id18 {
			t.Fatalf("from lower case: %q, %v, want %q", repaired, ok, id18)
		}
	})
}

func TestKeyPrefix(t *testing.T) {
	for id, want := range map[string]string{"005RM000002FZAl": "005", "0PLD000000003mwOAA": "0PL", "005": "", "": "", "ada@acme.example": ""} {
		if got := KeyPrefix(id); got != want {
			t.Errorf("KeyPrefix(%q) = %q, want %q", id, got, want)
		}
	}
}
