package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answering starts a web server that answers every request so, and closes it
// with the test.
func answering(t *testing.T, handler http.HandlerFunc) (loginURL string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// overTLS is answering with TLS, by the certificate of an authority that only its
// own client knows.
func overTLS(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestCheckLoginHost(t *testing.T) {
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<html>It works!</html>")
	}
	cases := []struct {
		name  string
		login func(t *testing.T) string
		code  string // of the explanation, "" for a good host
		words string // in the explanation
	}{
		{"the host that production shares, which is not asked", func(*testing.T) string { return "https://login.salesforce.com" }, "", ""},
		{"the host that sandboxes share", func(*testing.T) string { return "https://test.salesforce.com" }, "", ""},
		{"a My Domain", func(*testing.T) string { return "https://acme--uat.sandbox.my.salesforce.com" }, "", ""},
		{"the simulator", func(t *testing.T) string { return newLoginHost(t, "").URL }, "", ""},
		{
			"an address of pages", func(*testing.T) string { return "https://acme.lightning.force.com" },
			LoginHostOfPages, "use https://acme.my.salesforce.com as the login URL",
		},
		{
			"an address of pages whose login is not known", func(*testing.T) string { return "https://acme.my.site.com" },
			LoginHostOfPages, "My Domain",
		},
		{"no URL", func(*testing.T) string { return "https://[::1" }, "bad_input", "is no URL"},
		{"a host without TLS", func(*testing.T) string { return "http://acme.example" }, "bad_input", "must begin with https://"},
		{"a web server that shows everybody the same page", func(t *testing.T) string {
			return answering(t, page)
		}, NotSalesforce, "check the login URL"},
		{"a host where nobody listens", func(*testing.T) string {
			server := httptest.NewServer(nil)
			server.Close()
			return server.URL
		}, Unreachable, "cannot be reached"},
		{"a host that does not exist", func(*testing.T) string { return "https://login.salesforce.invalid" }, Unreachable, "name service"},
		{"a host whose certificate nobody vouches for", func(t *testing.T) string {
			return overTLS(t, page).URL
		}, BadCertificate, "certificate"},
		{"a web server that has not heard of it", func(t *testing.T) string {
			return answering(t, http.NotFound)
		}, NotSalesforce, "does not answer as Salesforce does"},
		{"an API of somebody else", func(t *testing.T) string {
			return answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, `[{"version":"1","url":"/v1"}]`) })
		}, NotSalesforce, "something else"},
		{"an empty list of versions", func(t *testing.T) string {
			return answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, `[]`) })
		}, NotSalesforce, "something else"},
		{"a redirect to Salesforce, which is not followed", func(t *testing.T) string {
			to := newLoginHost(t, "").URL
			return answering(t, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, to+r.URL.Path, http.StatusMovedPermanently)
			})
		}, NotSalesforce, "check the login URL"},
		{"a redirect to itself", func(t *testing.T) string {
			return answering(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) })
		}, NotSalesforce, "check the login URL"},
		{"a body without end", func(t *testing.T) string {
			return answering(t, func(w http.ResponseWriter, _ *http.Request) {
				for {
					if _, err := w.Write([]byte(strings.Repeat(" ", 1<<12))); err != nil {
						return
					}
				}
			})
		}, NotSalesforce, "something else"},
		{"half a body", func(t *testing.T) string {
			return answering(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "500")
				_, _ = fmt.Fprint(w, `[{"version":`)
			})
		}, Unreachable, "firewall"},
		{"a server that is out of order", func(t *testing.T) string {
			return answering(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		}, ServerError, "wait"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			client := &http.Client{Transport: &http.Transport{}}
			t.Cleanup(client.CloseIdleConnections)
			err := CheckLoginHost(t.Context(), client, c.login(t))
			got := Explain(err)
			if got.Code != c.code || !strings.Contains(got.Title+" "+got.Cause+" "+got.Remedy, c.words) {
				t.Errorf("%v is explained as %+v, want %q and %q in it", err, got, c.code, c.words)
			}
		})
	}
}

func TestCheckLoginHostWithTheCertificateOfAnotherHost(t *testing.T) {
	server := overTLS(t, newLoginHost(t, "").ServeHTTP)
	if err := CheckLoginHost(t.Context(), server.Client(), server.URL); err != nil {
		t.Errorf("by the name in its certificate: %v", err)
	}
	err := CheckLoginHost(t.Context(), server.Client(), strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
	if got := Explain(err); got.Code != BadCertificate || !strings.Contains(got.Cause, "another name") {
		t.Errorf("%v is explained as %+v", err, got)
	}
}

// A body that never ends, and brings nothing, ends with whoever asks.
func TestCheckLoginHostGivesUpWithItsCaller(t *testing.T) {
	ctx, giveUp := context.WithCancel(t.Context())
	login := answering(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		giveUp()
		<-r.Context().Done()
	})
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	if err := CheckLoginHost(ctx, client, login); !IsUnavailable(err) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestHostThatIsNotSalesforceIsWarnedOfAndMayBeSaved(t *testing.T) {
	host := newLoginHost(t, "")
	// Something in front of it that knows the login alone.
	login := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/services/data" {
			http.NotFound(w, r)
			return
		}
		host.Simulator.ServeHTTP(w, r)
	})
	c := newConsole(t, host, newDatabase(t))
	r := c.request()
	r.LoginURL = login
	u := c.mustBegin(t, r)
	back := host.MustAllow(host.URL+strings.TrimPrefix(u, login), administrator)
	got, err := c.Complete(t.Context(), r.Session, back.Query())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Warnings) == 0 || !strings.Contains(got.Warnings[0], "does not answer as Salesforce does") {
		t.Errorf("warnings %q", got.Warnings)
	}
	if _, err := c.Save(t.Context(), r.Session); err != nil {
		t.Error(err)
	}
}
