package vault_test

import (
	"bytes"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
	"scimforce/oauth/vault"
)

func TestWhatWasSealedOpensAgainAlsoAfterARestart(t *testing.T) {
	each(t, func(t *testing.T, one, other *sql.DB) {
		key := masterKey(t)
		v := openVault(t, one, key)
		for _, secret := range []string{"", "x", "with\x00null\xff", strings.Repeat("long ", 20000)} {
			sealed := seal(t, v, place, secret)
			wantOpen(t, v, place, sealed, secret)
			wantOpen(t, openVault(t, other, key), place, sealed, secret)
			if len(secret) > 4 && bytes.Contains(sealed, []byte(secret)) {
				t.Errorf("%q is in what was sealed", secret)
			}
			if bytes.Equal(sealed, seal(t, v, place, secret)) {
				t.Error("the same secret is sealed to the same bytes twice")
			}
		}
	})
}

func TestSealedValueOpensNowhereElse(t *testing.T) {
	db := databasetest.SQLite(t)
	v := openVault(t, db, masterKey(t))
	sealed := seal(t, v, place, "secret")
	for _, elsewhere := range []vault.Place{
		{Table: place.Table, Column: place.Column, Row: "uat"},
		{Table: place.Table, Column: "consumer_secret", Row: place.Row},
		{Table: "console_sessions", Column: place.Column, Row: place.Row},
		{Table: place.Table, Column: place.Column},
		{Table: place.Table, Column: place.Column, Row: place.Row + " v1"},
	} {
		_, err := v.Unseal(t.Context(), elsewhere, sealed)
		if e, ok := errors.AsType[*vault.UnsealError](err); !ok || e.Place != elsewhere || !strings.Contains(err.Error(), elsewhere.Column) {
			t.Errorf("in %s: %v", elsewhere, err)
		}
	}
	for _, no := range []vault.Place{{}, {Table: "a"}, {Column: "b"}, {Table: "a/b", Column: "c"}, {Table: "a", Column: "b/c"}} {
		if _, err := v.Seal(t.Context(), no, nil); err == nil {
			t.Errorf("sealed for %s", no)
		}
		if _, err := v.Unseal(t.Context(), no, sealed); err == nil {
			t.Errorf("opened for %s", no)
		}
	}
}

func TestTamperedValueDoesNotOpen(t *testing.T) {
	v := openVault(t, databasetest.SQLite(t), masterKey(t))
	sealed := seal(t, v, place, "secret")
	tampered := [][]byte{nil, {}, {1}, []byte("secret"), sealed[:len(sealed)-1], append(slices.Clone(sealed), 0), sealed[5:]}
	for i := range sealed {
		one := slices.Clone(sealed)
		one[i] ^= 1
		tampered = append(tampered, one)
	}
	for _, one := range tampered {
		got, err := v.Unseal(t.Context(), place, one)
		if _, ok := errors.AsType[*vault.UnsealError](err); !ok || got != nil {
			t.Errorf("%x opens to %q: %v", one, got, err)
		}
	}
	wantOpen(t, v, place, sealed, "secret")
	other := openVault(t, databasetest.SQLite(t), masterKey(t))
	if _, err := other.Unseal(t.Context(), place, sealed); err == nil {
		t.Error("it opens in another database")
	}
}

func TestWrongKeyIsToldAndOverwritesNothing(t *testing.T) {
	each(t, func(t *testing.T, one, other *sql.DB) {
		right, wrong := masterKey(t), masterKey(t)
		v := openVault(t, one, right)
		sealed, before := seal(t, v, place, "secret"), dump(t, one)
		_, err := vault.Open(t.Context(), vault.Config{DB: other, MasterKey: wrong, Logger: quiet})
		e, ok := errors.AsType[*vault.WrongKeyError](err)
		if !ok || e.Given != wrong.Fingerprint() || !slices.Equal(e.Wanted, []string{right.Fingerprint()}) {
			t.Fatalf("%v", err)
		}
		for _, part := range []string{wrong.Fingerprint(), right.Fingerprint(), "nothing was changed", "begin with a new database"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q lacks %q", err, part)
			}
		}
		if dump(t, one) != before {
			t.Error("the keyset was changed")
		}
		wantOpen(t, openVault(t, other, right), place, sealed, "secret")
	})
}

func TestDamagedKeysetIsToldAndKept(t *testing.T) {
	each(t, func(t *testing.T, one, other *sql.DB) {
		key := masterKey(t)
		openVault(t, one, key)
		for _, damage := range [][]byte{{}, []byte("rubbish"), bytes.Repeat([]byte{0xff}, 200)} {
			if _, err := one.ExecContext(t.Context(), "UPDATE vault_keysets SET sealed = $1", damage); err != nil {
				t.Fatal(err)
			}
			before := dump(t, one)
			_, err := vault.Open(t.Context(), vault.Config{DB: other, MasterKey: key, Logger: quiet})
			if _, ok := errors.AsType[*vault.DamagedError](err); !ok || !strings.Contains(err.Error(), "backup") {
				t.Errorf("%v", err)
			}
			if dump(t, one) != before {
				t.Error("it was overwritten")
			}
		}
		// All rows gone, but not a new database: secrets elsewhere are sealed.
		if _, err := one.ExecContext(t.Context(), "DELETE FROM vault_keysets"); err != nil {
			t.Fatal(err)
		}
		_, err := vault.Open(t.Context(), vault.Config{DB: other, MasterKey: key, Logger: quiet})
		if _, ok := errors.AsType[*vault.DamagedError](err); !ok {
			t.Errorf("%v", err)
		}
		if empty, err := vault.IsEmpty(t.Context(), one); empty || err != nil {
			t.Errorf("it is taken for a new database: %v", err)
		}
	})
}

// Somebody who may write into the database cannot make its secrets be sealed
// with data keys of his own.
func TestKeysetOfAnotherDatabaseIsNotTaken(t *testing.T) {
	one, other := databasetest.SQLite(t), databasetest.SQLite(t)
	key, foreign := masterKey(t), masterKey(t)
	openVault(t, one, key)
	openVault(t, other, foreign)
	var sealed []byte
	if err := other.QueryRowContext(t.Context(), "SELECT sealed FROM vault_keysets").Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	if _, err := one.ExecContext(t.Context(), "UPDATE vault_keysets SET sealed = $1", sealed); err != nil {
		t.Fatal(err)
	}
	_, err := vault.Open(t.Context(), vault.Config{DB: one, MasterKey: key, Logger: quiet})
	if _, ok := errors.AsType[*vault.DamagedError](err); !ok {
		t.Errorf("%v", err)
	}
}

func TestEmptyUntilFirstOpened(t *testing.T) {
	each(t, func(t *testing.T, one, other *sql.DB) {
		if empty, err := vault.IsEmpty(t.Context(), one); !empty || err != nil {
			t.Errorf("a new database is not empty: %v", err)
		}
		openVault(t, one, masterKey(t))
		if empty, err := vault.IsEmpty(t.Context(), other); empty || err != nil {
			t.Errorf("a used one is empty: %v", err)
		}
	})
}

func TestReplicasThatStartAtOnceShareTheirDataKey(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		key := masterKey(t)
		if _, err := vault.IsEmpty(t.Context(), open(t)); err != nil { // the tables
			t.Fatal(err)
		}
		vaults, start := make([]*vault.Vault, 4), make(chan struct{})
		var replicas sync.WaitGroup
		for i := range vaults {
			db := open(t)
			replicas.Go(func() {
				<-start
				var err error
				if vaults[i], err = vault.Open(t.Context(), vault.Config{DB: db, MasterKey: key, Logger: quiet}); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		replicas.Wait()
		if t.Failed() {
			return
		}
		for _, v := range vaults {
			wantOpen(t, vaults[0], place, seal(t, v, place, "secret"), "secret")
			wantOpen(t, v, place, seal(t, vaults[0], place, "secret"), "secret")
		}
	})
}

// Of two that start a new database with different master keys one must fail:
// the secrets of the other would be lost with a master key that nobody kept.
func TestReplicasThatStartWithDifferentKeysDoNotBothWin(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		if _, err := vault.IsEmpty(t.Context(), open(t)); err != nil {
			t.Fatal(err)
		}
		results, start := make([]error, 4), make(chan struct{})
		var replicas sync.WaitGroup
		for i := range results {
			db, key := open(t), masterKey(t)
			replicas.Go(func() {
				<-start
				_, results[i] = vault.Open(t.Context(), vault.Config{DB: db, MasterKey: key, Logger: quiet})
			})
		}
		close(start)
		replicas.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if _, ok := errors.AsType[*vault.WrongKeyError](err); !ok {
				t.Errorf("%v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d of them went on", won)
		}
	})
}

func TestVaultNeedsADatabaseAndAKey(t *testing.T) {
	_, err := vault.Open(t.Context(), vault.Config{})
	if err == nil || !strings.Contains(err.Error(), "Config.DB") || !strings.Contains(err.Error(), "Config.MasterKey") {
		t.Errorf("%v", err)
	}
}

func TestNothingIsSealedWithoutTheDatabase(t *testing.T) {
	db := databasetest.SQLite(t)
	v := openVault(t, db, masterKey(t))
	sealed := seal(t, v, place, "secret")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Seal(t.Context(), place, []byte("secret")); err == nil {
		t.Error("it was sealed with a key that may be old")
	}
	wantOpen(t, v, place, sealed, "secret") // needs nothing but the key
}

func TestReadOnlyDatabaseOpensWhatIsThere(t *testing.T) {
	for _, engine := range []database.Engine{database.SQLite, database.PostgreSQL} {
		databaseURL, key := databasetest.URL(t, engine), masterKey(t)
		_, err := vault.Open(t.Context(), vault.Config{DB: databasetest.Open(t, databaseURL), MasterKey: key, Logger: quiet})
		if err != nil {
			t.Fatal(err)
		}
		v := openVault(t, databasetest.OpenReadOnly(t, databaseURL), key)
		wantOpen(t, v, place, seal(t, v, place, "secret"), "secret")
		if err := v.RotateDataKey(t.Context()); !database.IsReadOnly(err) {
			t.Errorf("%s: %v", engine, err)
		}
	}
}
