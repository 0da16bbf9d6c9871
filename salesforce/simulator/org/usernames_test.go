package org

import (
	"errors"
	"strings"
	"sync"
	"testing"
)

// twoOrgs share their Usernames.
func twoOrgs(t *testing.T) (a, b *Org) {
	t.Helper()
	names := &Usernames{}
	a = newOrg(t, Config{Seed: 1, Usernames: names, AdminUsername: "admin@a.example"})
	return a, newOrg(t, Config{Seed: 2, Usernames: names, AdminUsername: "admin@b.example"})
}

func isTaken(errs Errors) bool { return len(errs) == 1 && errs[0].Code == "DUPLICATE_USERNAME" }

func TestAUsernameIsTakenInOneOrgOfAll(t *testing.T) {
	a, b := twoOrgs(t)
	mona := a.mustInsert(t, "User", newUser(t, a, nil))
	if _, errs := b.Insert(Actor{}, "User", newUser(t, b, map[string]any{"Username": "MONA.Lisa@acme.example"})); !isTaken(errs) {
		t.Errorf("taken elsewhere: %v", errs)
	}
	if _, ok := b.UserByUsername("mona.lisa@acme.example"); ok {
		t.Error("a query finds a user of another org")
	}
	other := b.mustInsert(t, "User", newUser(t, b, map[string]any{"Username": "other@acme.example"}))
	if errs := b.Update(Actor{}, "User", other, map[string]any{"Username": "mona.lisa@acme.example"}); !isTaken(errs) {
		t.Errorf("renamed to one taken elsewhere: %v", errs)
	}
	a.mustUpdate(t, "User", mona, map[string]any{"Username": "mona@acme.example"})
	b.mustUpdate(t, "User", other, map[string]any{"Username": "mona.lisa@acme.example"})
	if _, errs := a.Insert(Actor{}, "User", newUser(t, a, nil)); !isTaken(errs) {
		t.Errorf("given up and taken by the other: %v", errs)
	}
}

func TestARefusedWriteClaimsNoUsername(t *testing.T) {
	a, b := twoOrgs(t)
	if _, errs := a.Insert(Actor{}, "User", newUser(t, a, map[string]any{"CommunityNickname": "admin"})); errs == nil {
		t.Fatal("not refused")
	}
	b.mustInsert(t, "User", newUser(t, b, nil))
}

func TestATransactionTakenBackClaimsNoUsername(t *testing.T) {
	a, b := twoOrgs(t)
	mona := a.mustInsert(t, "User", newUser(t, a, nil))
	err := a.Transaction(func(tx *Org) error {
		tx.mustInsert(t, "User", newUser(t, tx, map[string]any{"Username": "new@acme.example"}))
		tx.mustUpdate(t, "User", mona, map[string]any{"Username": "renamed@acme.example"})
		if _, errs := b.Insert(Actor{}, "User", newUser(t, b, map[string]any{"Username": "mona.lisa@acme.example"})); !isTaken(errs) {
			t.Errorf("given up in a transaction that may be taken back: %v", errs)
		}
		return errBack
	})
	if !errors.Is(err, errBack) {
		t.Fatal(err)
	}
	for _, name := range []string{"new@acme.example", "renamed@acme.example"} {
		b.mustInsert(t, "User", newUser(t, b, map[string]any{"Username": name}))
	}
	if _, errs := b.Insert(Actor{}, "User", newUser(t, b, nil)); !isTaken(errs) {
		t.Errorf("kept by the transaction taken back: %v", errs)
	}
}

func TestOrgsOfOneNameAreRefused(t *testing.T) {
	names := &Usernames{}
	newOrg(t, Config{Seed: 1, Usernames: names})
	_, err := New(Config{Seed: 2, Usernames: names})
	if err == nil || !strings.Contains(err.Error(), "admin@acme.example") {
		t.Errorf("got %v", err)
	}
	if _, err := New(Config{Seed: 2, Usernames: names, AdminUsername: "admin@b.example"}); err != nil {
		t.Errorf("the org refused before left a name: %v", err)
	}
}

func TestResetGivesUsernamesBack(t *testing.T) {
	a, b := twoOrgs(t)
	a.mustInsert(t, "User", newUser(t, a, nil))
	if err := a.Reset(); err != nil {
		t.Fatal(err)
	}
	b.mustInsert(t, "User", newUser(t, b, nil))
	if _, errs := b.Insert(Actor{}, "User", newUser(t, b, map[string]any{"Username": "admin@a.example"})); !isTaken(errs) {
		t.Errorf("the administrator's name is free: %v", errs)
	}
}

func TestOneOfTwoOrgsGetsAName(t *testing.T) {
	a, b := twoOrgs(t)
	var wg sync.WaitGroup
	results := make(chan Errors, 40)
	for i := range 40 {
		o := []*Org{a, b}[i%2]
		body := newUser(t, o, nil)
		wg.Go(func() {
			_, errs := o.Insert(Actor{}, "User", body)
			results <- errs
		})
	}
	wg.Wait()
	close(results)
	made := 0
	for errs := range results {
		if errs == nil {
			made++
		}
	}
	if made != 1 {
		t.Errorf("%d users of one name", made)
	}
}
