package vault_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"scimforce/oauth/database/databasetest"
	"scimforce/oauth/vault"
)

func TestReplicasFollowARotation(t *testing.T) {
	each(t, func(t *testing.T, one, other *sql.DB) {
		key := masterKey(t)
		v, replica := openVault(t, one, key), openVault(t, other, key)
		old := seal(t, v, place, "old")
		if !v.IsCurrent(old) || v.IsCurrent([]byte("old")) || v.IsCurrent(nil) {
			t.Error("what is current is told wrongly")
		}
		if err := v.RotateDataKey(t.Context()); err != nil {
			t.Fatal(err)
		}
		fresh := seal(t, v, place, "new")
		if v.IsCurrent(old) || !v.IsCurrent(fresh) {
			t.Error("what is current is told wrongly after a rotation")
		}
		wantOpen(t, replica, place, fresh, "new") // by a key that it has to fetch
		wantOpen(t, replica, place, old, "old")
		wantOpen(t, v, place, old, "old")
		// A replica that has met no new value seals with the new key all the same.
		if err := v.RotateDataKey(t.Context()); err != nil {
			t.Fatal(err)
		}
		if late := seal(t, replica, place, "late"); !v.IsCurrent(late) {
			t.Error("a replica goes on sealing with an old key")
		}
		wantOpen(t, openVault(t, other, key), place, old, "old")
	})
}

func TestRotationsAtOnceKeepEveryKey(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		key := masterKey(t)
		first := openVault(t, open(t), key)
		var mu sync.Mutex
		sealed := map[string][]byte{"first": seal(t, first, place, "first")}
		var replicas sync.WaitGroup
		for n := range 4 {
			v := openVault(t, open(t), key)
			replicas.Go(func() {
				for round := range 5 {
					err := v.RotateDataKey(t.Context())
					if err != nil && !strings.Contains(err.Error(), "try again") {
						t.Error(err)
					}
					secret := fmt.Sprint(n, " ", round)
					one, err := v.Seal(t.Context(), place, []byte(secret))
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					sealed[secret] = one
					mu.Unlock()
				}
			})
		}
		replicas.Wait()
		again := openVault(t, open(t), key)
		for secret, one := range sealed {
			wantOpen(t, again, place, one, secret)
			wantOpen(t, first, place, one, secret)
		}
	})
}

func TestMasterKeyIsChangedWhileReplicasRun(t *testing.T) {
	each(t, func(t *testing.T, one, other *sql.DB) {
		ctx, old, next := t.Context(), masterKey(t), masterKey(t)
		v, replica := openVault(t, one, old), openVault(t, other, old)
		sealed := seal(t, v, place, "secret")
		for range 2 { // twice is once
			if err := v.AddMasterKey(ctx, next); err != nil {
				t.Fatal(err)
			}
		}
		changed := openVault(t, other, next) // a replica that was given the new one
		for _, each := range []*vault.Vault{v, replica, changed} {
			wantOpen(t, each, place, sealed, "secret")
			wantOpen(t, changed, place, seal(t, each, place, "x"), "x")
			wantOpen(t, replica, place, seal(t, each, place, "x"), "x")
		}
		err := v.RotateDataKey(ctx)
		many, ok := errors.AsType[*vault.ManyMasterKeysError](err)
		if !ok || len(many.Fingerprints) != 2 || !strings.Contains(err.Error(), "--retire") {
			t.Errorf("data keys are rotated for one of two master keys: %v", err)
		}
		older, ok := errors.AsType[*vault.OlderKeyError](replica.RetireOthers(ctx))
		if !ok || older.Given != old.Fingerprint() || older.Newest != next.Fingerprint() {
			t.Errorf("the old master key ends the new one: %v", older)
		}
		wantOpen(t, openVault(t, one, next), place, sealed, "secret")
		for range 2 {
			if err := changed.RetireOthers(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if err := changed.RotateDataKey(ctx); err != nil {
			t.Fatal(err)
		}
		fresh := seal(t, changed, place, "fresh")
		wantOpen(t, changed, place, sealed, "secret")
		wantOpen(t, replica, place, sealed, "secret") // what it has it can still read
		for name, use := range map[string]func() error{
			"seal":       func() error { _, err := replica.Seal(ctx, place, nil); return err },
			"new value":  func() error { _, err := replica.Unseal(ctx, place, fresh); return err },
			"rotate":     func() error { return replica.RotateDataKey(ctx) },
			"add itself": func() error { return replica.AddMasterKey(ctx, old) },
			"retire":     func() error { return replica.RetireOthers(ctx) },
			"start": func() error {
				_, err := vault.Open(ctx, vault.Config{DB: other, MasterKey: old, Logger: quiet})
				return err
			},
		} {
			wrong, ok := errors.AsType[*vault.WrongKeyError](use())
			if !ok || !slices.Equal(wrong.Wanted, []string{next.Fingerprint()}) {
				t.Errorf("%s with the retired key: %v", name, use())
			}
		}
		if err := changed.AddMasterKey(ctx, vault.MasterKey{}); err == nil {
			t.Error("no key was added")
		}
	})
}
