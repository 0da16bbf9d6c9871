package oauth

import "testing"

func TestRevokedGrantIsNotUsedAgain(t *testing.T) {
	host := newLoginHost(t, "seed")
	db := newDatabase(t)
	a := newAuthorizer(t, host, db, nil)
	mustToken(t, a)
	if err := a.Revoke(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := host.requests[len(host.requests)-1]
	if last.Get("token") != host.answered(0).Refresh {
		t.Errorf("revoked %q", last.Get("token"))
	}
	for _, a := range []*Authorizer{a, newAuthorizer(t, host, db, nil)} {
		if _, err := a.Token(t.Context()); !IsGrantLost(err) {
			t.Errorf("error %v", err)
		}
	}
	if host.refreshes() != 1 {
		t.Errorf("%d refreshes", host.refreshes())
	}
}
