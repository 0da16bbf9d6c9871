package vault_test

import (
	"database/sql"
	"log/slog"
	"testing"
	"time"

	"scimforce/oauth/database/databasetest"
	"scimforce/oauth/vault"
)

var place = vault.Place{Table: "oauth_connections", Column: "refresh_token", Row: "default"}

var quiet = slog.New(slog.DiscardHandler)

func masterKey(t *testing.T) vault.MasterKey {
	t.Helper()
	k, err := vault.NewMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// ticking is a clock that goes on by a second with each look.
func ticking() func() time.Time {
	now := time.UnixMilli(0)
	return func() time.Time { now = now.Add(time.Second); return now }
}

func openVault(t *testing.T, db *sql.DB, key vault.MasterKey) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), vault.Config{DB: db, MasterKey: key, Logger: quiet, Now: ticking()})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// each runs a test on both engines with the handles of two replicas.
func each(t *testing.T, test func(t *testing.T, one, other *sql.DB)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) { test(t, open(t), open(t)) })
}

func seal(t *testing.T, v *vault.Vault, p vault.Place, secret string) []byte {
	t.Helper()
	sealed, err := v.Seal(t.Context(), p, []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func wantOpen(t *testing.T, v *vault.Vault, p vault.Place, sealed []byte, want string) {
	t.Helper()
	got, err := v.Unseal(t.Context(), p, sealed)
	if err != nil || string(got) != want {
		t.Errorf("%q, want %q: %v", got, want, err)
	}
}

// dump is all that the vault's tables hold.
func dump(t *testing.T, db *sql.DB) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT fingerprint, sealed, created_at FROM vault_keysets ORDER BY fingerprint")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	all := ""
	for rows.Next() {
		var fingerprint string
		var sealed []byte
		var created int64
		if err := rows.Scan(&fingerprint, &sealed, &created); err != nil {
			t.Fatal(err)
		}
		all += fingerprint + string(sealed)
	}
	return all
}
