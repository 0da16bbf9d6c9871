package vault_test

import (
	"testing"

	"scimforce/oauth/database"
	"scimforce/oauth/vault"
)

func TestWhatWasSealedOpensInItsPlaceAlone(t *testing.T) {
	db, err := database.OpenMemory(t.Context(), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	master, err := vault.NewMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), vault.Config{DB: db, MasterKey: master})
	if err != nil {
		t.Fatal(err)
	}
	place := vault.Place{Table: "oauth_connections", Column: "consumer_secret", Row: "default"}
	sealed, err := v.Seal(t.Context(), place, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Unseal(t.Context(), place, sealed)
	if err != nil || string(got) != "secret" {
		t.Errorf("%q %v", got, err)
	}
	place.Row = "other"
	if got, err := v.Unseal(t.Context(), place, sealed); err == nil {
		t.Errorf("it opened elsewhere: %q", got)
	}
}
