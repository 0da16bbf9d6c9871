package oauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

// everyForm is a value as each way of printing shows it.
func everyForm(value any) string {
	var all strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		_, _ = fmt.Fprintf(&all, verb+"\n", value)
		_, _ = fmt.Fprintf(&all, verb+"\n", []any{value}) // in something else
	}
	if text, err := json.Marshal(value); err == nil {
		all.Write(text)
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&all, nil), slog.NewJSONHandler(&all, nil)} {
		slog.New(handler).Info("message", "value", value, slog.Group("group", "value", value))
	}
	return all.String()
}

// leaks are the secrets in a text, plain or as %x writes them.
func leaks(text string, secrets []string) (found []string) {
	for _, secret := range secrets {
		if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) || strings.Contains(text, url.QueryEscape(secret)) {
			found = append(found, secret)
		}
	}
	return found
}

func TestNoTypeOfThisPackageShowsASecret(t *testing.T) {
	host, now := newLoginHost(t, ""), newClock()
	host.sets(t, func(app *simulator.App) { app.ConsumerSecret = "the-consumer-secret" })
	host.grants(t, "the-refresh-token")
	db := newDatabase(t)
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	a := newAuthorizer(t, host, db, func(c *settings) {
		c.ConsumerSecret, c.RefreshToken, c.Now, c.HTTPClient = "the-consumer-secret", "the-refresh-token", now.Now, client
	})
	access := mustToken(t, a)
	if err := a.Close(t.Context()); err != nil { // fmt reads the database's fields while it rests
		t.Fatal(err)
	}
	connection, _, err := a.store.Connection(t.Context(), DefaultConnection)
	if err != nil {
		t.Fatal(err)
	}
	configuration := StoreConfig{DB: db, Vault: a.store.vault, Now: now.Now}
	values := []any{
		a, a.Status(), a.store, connection, configuration,
		Config{Connection: DefaultConnection, Store: a.store, HTTPClient: client},
		Secrets{ConsumerSecret: "the-consumer-secret", RefreshToken: "the-refresh-token", PrivateKey: "the-private-key"},
		&Secrets{ConsumerSecret: "the-consumer-secret", RefreshToken: "the-refresh-token", PrivateKey: "the-private-key"},
		Request{Session: "the-session", Connection: "production", LoginURL: host.URL, ConsumerKey: "key", ConsumerSecret: "the-consumer-secret"},
		&Request{Session: "the-session", Connection: "production", LoginURL: host.URL, ConsumerKey: "key", ConsumerSecret: "the-consumer-secret"},
		NewWebServer(WebServerConfig{Store: a.store}),
		WebServerConfig{Store: a.store},
		ServerConfig{Store: a.store},
		Authorization{Connection: connection, Identity: Identity{Username: administrator}},
		Identity{Username: administrator},
		Explain(&GrantLostError{Code: "invalid_grant"}), &GrantLostError{Code: "invalid_grant"}, &UnavailableError{Code: Unreachable},
		&StateError{Code: StateUsed}, &InputError{Problem: errors.New("no")}, &LoginHostError{Code: NotSalesforce}, WebServerFlow,
	}
	secrets := []string{"the-consumer-secret", "the-refresh-token", "the-private-key", "the-session", access, host.answered(0).Refresh, masterKey}
	shown := map[string]bool{}
	for _, value := range values {
		kind := reflect.TypeOf(value)
		if kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		shown[kind.Name()] = true
		if found := leaks(everyForm(value), secrets); found != nil {
			t.Errorf("%T shows %q", value, found)
		}
	}
	for _, name := range exportedTypes(t) {
		if !shown[name] {
			t.Errorf("the type %s is not looked at", name)
		}
	}
}

// exportedTypes are those of this package.
func exportedTypes(t *testing.T) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range general.Specs {
				if declared, ok := spec.(*ast.TypeSpec); ok && declared.Name.IsExported() {
					names = append(names, declared.Name.Name)
				}
			}
		}
	}
	return names
}

// Each flow meets each kind of answer; whatever it says of it, to its caller, in
// an explanation or in the log, tells no secret. The login host repeats what it
// was sent, as the page of a proxy may.
func TestNoErrorAndNoLogLineOfAFlowTellsASecret(t *testing.T) {
	answers := map[string]func(w http.ResponseWriter, r *http.Request) bool{
		"a refusal": func(w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, "invalid_grant", "ip restricted")
			return true
		},
		"a server error with all that was sent": func(w http.ResponseWriter, r *http.Request) bool {
			http.Error(w, r.PostForm.Encode()+"\n"+fmt.Sprint(r.PostForm), http.StatusInternalServerError)
			return true
		},
		"a page with all that was sent": func(w http.ResponseWriter, r *http.Request) bool {
			_, _ = fmt.Fprintf(w, "<html>%s %v</html>", r.PostForm.Encode(), r.PostForm)
			return true
		},
		"a redirect with all that was sent": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "/elsewhere?"+r.PostForm.Encode(), http.StatusTemporaryRedirect)
			return true
		},
		"an answer from nowhere": func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]string{
				"access_token": "the-access-token", "refresh_token": "the-next-token", "instance_url": "http://acme.example",
			})
			return true
		},
		"a cut connection": func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			host := unattended(t, func(c *simulatortest.Config) { c.InMemory = false })
			host.sets(t, func(app *simulator.App) { app.ConsumerSecret = "the-consumer-secret" })
			host.grants(t, "the-refresh-token")
			a := newAuthorizer(t, host, newDatabase(t), func(c *settings) {
				c.ConsumerSecret, c.RefreshToken, c.Logger = "the-consumer-secret", "the-refresh-token", logger
			})
			c := newConsole(t, host, a.store.db)
			c.logger = logger
			secrets := []string{"the-consumer-secret", "the-refresh-token", "the-access-token", "the-next-token", strings.Split(mustKey(t).pem, "\n")[1]}
			tell := func(what string, err error) {
				t.Helper()
				if err == nil {
					t.Errorf("%s went well", what)
					return
				}
				if found := leaks(everyForm(err)+fmt.Sprintf("%+v", Explain(err)), secrets); found != nil {
					t.Errorf("%s tells %q: %v", what, found, err)
				}
			}
			r := c.request()
			r.ConsumerSecret = "the-consumer-secret"
			callback := c.mustAllow(t, r, administrator)
			secrets = append(secrets, callback.Get("code"), callback.Get("state"))

			host.intercept(answer)
			_, err := a.Token(t.Context())
			tell("a refresh", err)
			if found := leaks(a.Status().LastError, secrets); found != nil {
				t.Errorf("the status tells %q", found)
			}
			if name != "an answer from nowhere" { // which is no answer to a revocation
				tell("a revocation", a.Revoke(t.Context()))
			}
			_, err = c.Complete(t.Context(), "session", callback)
			tell("the exchange of a code", err)
			config := ServerConfig{Store: a.store, HTTPClient: host.Client(), Now: time.Now}
			_, err = ConnectJWT(t.Context(), config, Connection{Name: "ci", LoginURL: host.URL, ConsumerKey: "key", Username: administrator}, Secrets{PrivateKey: mustKey(t).pem})
			tell("a JWT bearer flow", err)
			_, err = ConnectClientCredentials(t.Context(), config, Connection{Name: "ci", LoginURL: host.URL, ConsumerKey: "key"}, Secrets{ConsumerSecret: "the-consumer-secret"})
			tell("a client credentials flow", err)
			if err := a.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if found := leaks(log.String(), secrets); found != nil || log.Len() == 0 {
				t.Errorf("the log tells %q:\n%s", found, log.String())
			}
		})
	}
}
