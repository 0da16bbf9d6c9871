package org

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestResetMakesTheOrgAsItWas(t *testing.T) {
	o := newOrg(t, Config{Users: 20})
	before, id := o.dump(), o.AdminID()
	o.Advance(time.Hour)
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	o.SetPassword(user, "secret")
	o.mustUpdate(t, "User", id, map[string]any{"Title": "Other", "Email": "waits@acme.example"})
	if err := o.Reset(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, o.dump()); diff != "" {
		t.Errorf("left behind:\n%s", diff)
	}
	if o.AdminID() != id || o.Now() != noon || o.CheckPassword("mona.lisa@acme.example", "secret") {
		t.Error("another administrator, another time, or a password that stayed")
	}
	if again := o.mustInsert(t, "User", newUser(t, o, nil)); again != user {
		t.Errorf("the first user made is %s, was %s", again, user)
	}
	o.verifyIndexes(t)
	if err := o.Transaction(func(tx *Org) error { return tx.Reset() }); !errors.Is(err, errOpenTransaction) {
		t.Errorf("inside a transaction: %v", err)
	}
}
