package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAServerIsTrustedByWhoeverTrustsTheAuthority(t *testing.T) {
	a, err := New(time.Now(), "acme.my.salesforce.com", "*.sandbox.my.salesforce.com", "10.1.2.3", "[fd00::1]", "LOCALHOST")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = a.ServerConfig()
	server.StartTLS()
	t.Cleanup(server.Close)
	address := server.Listener.Addr().String()
	ask := func(name string, pool *x509.CertPool) error {
		connection, err := tls.Dial("tcp", address, &tls.Config{ServerName: name, RootCAs: pool})
		if err == nil {
			err = connection.Close()
		}
		return err
	}
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "acme.my.salesforce.com", "any.sandbox.my.salesforce.com", "10.1.2.3", "fd00::1"} {
		if err := ask(name, a.Pool()); err != nil {
			t.Errorf("as %s: %v", name, err)
		}
	}
	other, err := New(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, pool := range map[string]*x509.CertPool{"localhost": other.Pool(), "login.salesforce.com": a.Pool()} {
		if err := ask(name, pool); err == nil {
			t.Errorf("as %s it is trusted", name)
		}
	}
	if n := len(a.server.Leaf.DNSNames); n != 3 {
		t.Errorf("%d names: localhost counts once", n)
	}
}

func TestThePEMHoldsTheCertificateAndNoKey(t *testing.T) {
	a, err := New(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(a.PEM())
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		t.Fatalf("%s", a.PEM())
	}
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if !root.IsCA || !root.MaxPathLenZero || root.KeyUsage&x509.KeyUsageCertSign == 0 || len(root.SubjectKeyId) == 0 {
		t.Errorf("no authority: %+v", root)
	}
	if leaf := a.server.Leaf; leaf.IsCA || string(leaf.AuthorityKeyId) != string(root.SubjectKeyId) {
		t.Error("the server's certificate does not point at the authority")
	}
}

func TestWhatIsNoHostIsRefused(t *testing.T) {
	for _, host := range []string{"", " ", "a b", "https://x", "x:443", "-x.example", "x-.example", "x..example", "*", "*.*.example", strings.Repeat("a", 64), strings.Repeat("a.", 127) + "aa"} {
		if _, err := New(time.Now(), host); err == nil {
			t.Errorf("%q is taken", host)
		}
	}
	if _, err := New(time.Now(), strings.Split(strings.Repeat("a", 98), "")...); err != nil {
		t.Errorf("the same name many times: %v", err)
	}
	var many []string
	for i := range 100 {
		many = append(many, "10.0.0."+string(rune('0'+i%10))+string(rune('0'+i/10)))
	}
	if _, err := New(time.Now(), many...); err == nil {
		t.Error("100 hosts besides the three are taken")
	}
}
