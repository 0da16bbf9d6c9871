package idp

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"scimforce/oauth/database/databasetest"
)

func TestKeysThatTheIssuerRotatesAreFound(t *testing.T) {
	c, first, second, third := newClock(), newKey(t, "1", jose.RS256), newKey(t, "2", jose.ES256), newKey(t, "3", jose.ES256)
	issuer := newIssuer(t, first)
	a, _ := newAuthenticator(t, databasetest.SQLite(t), c, issuer.trusts(func(i *Issuer) { i.JWKSURL = issuer.URL + "/keys" }))
	by := func(k signingKey) *http.Request { return bearer(k.sign(t, issuer.of(c))) }
	wantAsked := func(n int32) {
		t.Helper()
		if got := issuer.asked.Load(); got != n {
			t.Errorf("the issuer was asked %d times, want %d", got, n)
		}
	}
	wantLetIn(t, a, by(first), issuer.who("0oa1"))
	wantAsked(1)
	issuer.publish(first, second)
	wantRefused(t, a, by(second), "untrusted") // the keys were had just now
	wantAsked(1)
	c.passes(unknownKeyEvery)
	wantLetIn(t, a, by(second), issuer.who("0oa1"))
	wantAsked(2)
	for range 50 {
		wantRefused(t, a, by(third), "untrusted")
	}
	wantAsked(2)
	c.passes(unknownKeyEvery)
	wantRefused(t, a, by(third), "untrusted")
	wantAsked(3)
	// A key that was taken back is not trusted for longer than an hour.
	issuer.publish(second)
	c.passes(keysFreshFor)
	wantRefused(t, a, by(first), "untrusted")
	wantLetIn(t, a, by(second), issuer.who("0oa1"))
	// Without a key id every key is tried.
	wantLetIn(t, a, by(signingKey{"", jose.ES256, second.key}), issuer.who("0oa1"))
}

func TestAnIssuerThatCannotBeReachedSaysNothingOfTheCredential(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"an error": func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true },
		"a page":   func(w http.ResponseWriter, _ *http.Request) bool { _, _ = w.Write([]byte("<html>")); return true },
		"no key": func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(`{"keys":[{"kty":"oct","k":"eA"}]}`))
			return true
		},
		"too much": func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write(make([]byte, maxDocument+1))
			return true
		},
		"a redirect": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Location", "/keys")
			w.WriteHeader(302)
			return true
		},
		"another issuer": func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(`{"issuer":"https://x.example"}`))
			return true
		},
		"a broken connection": func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			c, key, fresh := newClock(), newKey(t, "1", jose.ES256), newKey(t, "2", jose.ES256)
			issuer := newIssuer(t, key)
			a, logged := newAuthenticator(t, databasetest.SQLite(t), c, issuer.trusts())
			text := key.sign(t, issuer.of(c))
			issuer.answers(answer)
			for range 5 {
				if _, err := a.Authenticate(bearer(text)); !IsUnavailable(err) {
					t.Fatalf("error %v", err)
				}
			}
			if n := issuer.asked.Load(); n != 1 {
				t.Errorf("it was asked %d times at once", n)
			}
			got := post(t, serve(t, a), byAssertion(text))
			wantFailure(t, got, http.StatusServiceUnavailable, "temporarily_unavailable")
			if got.Header.Get("Retry-After") == "" {
				t.Error("there is no Retry-After")
			}
			if !strings.Contains(logged.String(), "could not be had") || strings.Contains(logged.String(), text) {
				t.Errorf("logged %q", logged)
			}
			issuer.answers(nil)
			c.passes(unreachableFor)
			wantLetIn(t, a, bearer(text), issuer.who("0oa1"))

			// What is known serves while it is away, but for keys that are not known.
			issuer.answers(answer)
			c.passes(2 * keysFreshFor)
			wantLetIn(t, a, bearer(key.sign(t, issuer.of(c))), issuer.who("0oa1"))
			c.passes(unreachableFor)
			if _, err := a.Authenticate(bearer(fresh.sign(t, issuer.of(c)))); !IsUnavailable(err) {
				t.Errorf("an unknown key: error %v", err)
			}
			c.passes(keysUsableFor)
			if _, err := a.Authenticate(bearer(key.sign(t, issuer.of(c)))); !IsUnavailable(err) {
				t.Errorf("after a day: error %v", err)
			}
		})
	}
}

func TestAForgedSignatureMakesNoIssuerBeAsked(t *testing.T) {
	c, key := newClock(), newKey(t, "1", jose.ES256)
	issuer := newIssuer(t, key)
	a, _ := newAuthenticator(t, databasetest.SQLite(t), c, issuer.trusts())
	wantLetIn(t, a, bearer(key.sign(t, issuer.of(c))), issuer.who("0oa1"))
	c.passes(2 * unknownKeyEvery)
	wantRefused(t, a, bearer(newKey(t, "1", jose.ES256).sign(t, issuer.of(c))), "untrusted")
	if n := issuer.asked.Load(); n != 2 {
		t.Errorf("it was asked %d times", n)
	}
}

func TestKeysThatAreNotFitAreNotUsed(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	good := newKey(t, "good", jose.RS256)
	sealing := good.public()
	sealing.Use, sealing.KeyID = "enc", "sealing"
	other := good.public()
	other.Algorithm, other.KeyID = string(jose.PS256), "other"
	c, issuer := newClock(), newIssuer(t, good)
	issuer.published = append(issuer.published, signingKey{"weak", jose.RS256, weak}.public(), sealing, other)
	a, _ := newAuthenticator(t, databasetest.SQLite(t), c, issuer.trusts())
	wantLetIn(t, a, bearer(good.sign(t, issuer.of(c))), issuer.who("0oa1"))
	wantRefused(t, a, bearer(forge(t, map[string]any{"alg": "RS256", "kid": "weak"}, issuer.of(c), []byte("x"))), "untrusted")
	if keys := a.issuers[issuerName(issuer.URL)].keys.known().keys; len(keys) != 2 {
		t.Errorf("%d keys are kept", len(keys))
	}
	for _, id := range []string{"sealing", "other"} { // for encryption, and for another algorithm
		wantRefused(t, a, bearer(signingKey{id, jose.RS256, good.key}.sign(t, issuer.of(c))), "untrusted")
	}
}
