package query

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
)

// Wide records are written from templates once a shape is known; all of them
// have to show what the org holds.
func TestEveryFieldOfEveryUserIsShown(t *testing.T) {
	o := newOrg(t, 300)
	for i, id := range firstColumn(t, o, "SELECT Id FROM User WHERE UserType = 'Standard' LIMIT 40") {
		changes := map[string]any{"City": fmt.Sprint("City ", i), "UserPreferencesPreviewLightning": i%2 == 0, "Latitude": 0.5 * float64(i), "DigestFrequency": []any{"D", "W", "N"}[i%3]}
		if errs := o.Update(org.Actor{}, "User", id, changes); errs != nil {
			t.Fatal(errs)
		}
	}
	result := run(t, o, "SELECT Profile.Id, FIELDS(STANDARD) FROM User")
	for i, row := range result.Rows {
		var got map[string]any
		if err := json.Unmarshal(row, &got); err != nil {
			t.Fatalf("%s: %v", row, err)
		}
		want, _ := o.Find("User", result.IDs[i])
		for name, v := range want {
			shown := onWire(v)
			if v, ok := v.(org.Address); ok {
				data, _ := json.Marshal(v)
				shown = nil
				_ = json.Unmarshal(data, &shown)
			}
			if diff := cmp.Diff(shown, got[name]); diff != "" {
				t.Errorf("%s of %s (-org +shown): %s", name, got["Id"], diff)
			}
		}
		if len(got) != len(want)+2 {
			t.Errorf("%d fields, want %d", len(got)-2, len(want))
		}
		if id := want["ProfileId"]; id != nil && got["Profile"].(map[string]any)["Id"] != id {
			t.Errorf("profile %v of %s, want %v", got["Profile"], got["Id"], id)
		}
	}
}

// The first of many are found without sorting all.
func TestTheFirstOfManyInOrder(t *testing.T) {
	o := newOrg(t, 4000)
	for _, order := range []string{"LastName, Id", "LastName DESC, FirstName, Id DESC", "Title NULLS LAST, Id", "CreatedDate DESC, Id"} {
		all := firstColumn(t, o, "SELECT Id FROM User ORDER BY "+order)
		if len(all) < 4000 || !slices.Equal(all[7:19], firstColumn(t, o, "SELECT Id FROM User ORDER BY "+order+" LIMIT 12 OFFSET 7")) {
			t.Errorf("%s: others than of all", order)
		}
	}
}

func TestTextOfAllAlphabetsIsOrderedAndGroupedWithoutCase(t *testing.T) {
	name := &org.Field{Type: "string"}
	for _, tt := range [][2]string{{"É", "é"}, {"xÉy", "XéY"}, {"straße", "STRAßE"}, {"", ""}, {"Ünïcode", "üNÏCODE"}} {
		if compareFold(tt[0], tt[1]) != 0 || string(keyBytes(nil, tt[0], name)) != string(keyBytes(nil, tt[1], name)) || !equalFold(tt[0], strings.ToLower(tt[1])) {
			t.Errorf("%s and %s are told apart", tt[0], tt[1])
		}
	}
	for _, tt := range [][2]string{{"a", "B"}, {"a", "ab"}, {"z", "é"}, {"Z", "_"}, {"É", "ü"}, {"éA", "Éb"}} {
		if compareFold(tt[0], tt[1]) >= 0 || compareFold(tt[1], tt[0]) <= 0 {
			t.Errorf("%s is not before %s", tt[0], tt[1])
		}
	}
}
