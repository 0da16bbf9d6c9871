// Package certificate makes the certificate authority and the server
// certificate of one run of the simulator, because several Salesforce clients
// speak nothing but HTTPS.
//
// The authority signs once, when it is made, and its key is forgotten at once:
// who trusts its certificate trusts that one server and nobody else, ever.
package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// Life is how long certificates are good for. Apple's clients refuse those of
// more than 825 days even where they trust the authority.
const Life = 365 * 24 * time.Hour

// maxHosts bounds the names of one certificate.
const maxHosts = 100

// Authority is a certificate authority that has signed one server certificate.
type Authority struct {
	certificate *x509.Certificate
	server      tls.Certificate
}

// New makes an authority and the certificate of a server that is called
// localhost, 127.0.0.1, ::1 and by the hosts given: names, names that begin
// with "*.", or IP addresses. Both are good from an hour before now for Life.
func New(now time.Time, hosts ...string) (*Authority, error) {
	leaf := &x509.Certificate{
		Subject:     pkix.Name{Organization: []string{"scimforce simulator"}, CommonName: "localhost"},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore:   now.Add(-time.Hour), NotAfter: now.Add(Life),
	}
	for _, host := range append([]string{"localhost", "127.0.0.1", "::1"}, hosts...) {
		if err := addHost(leaf, host); err != nil {
			return nil, err
		}
	}
	if len(leaf.DNSNames)+len(leaf.IPAddresses) > maxHosts {
		return nil, fmt.Errorf("certificate: more than %d hosts", maxHosts)
	}
	root := &x509.Certificate{
		Subject:  pkix.Name{Organization: []string{"scimforce simulator"}, CommonName: "Simulated Salesforce, not for anything else"},
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		IsCA:     true, BasicConstraintsValid: true, MaxPathLenZero: true,
		NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter,
	}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	root, err = sign(root, root, rootKey.Public(), rootKey)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	leaf, err = sign(leaf, root, key.Public(), rootKey)
	if err != nil {
		return nil, err
	}
	return &Authority{root, tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}}, nil
}

// sign signs a certificate; the serial number is made up there.
func sign(template, parent *x509.Certificate, public, private any) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, private)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return signed, nil
}

// addHost adds a name or an address once.
func addHost(leaf *x509.Certificate, host string) error {
	if ip := net.ParseIP(strings.Trim(host, "[]")); ip != nil {
		if !slices.ContainsFunc(leaf.IPAddresses, ip.Equal) {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		}
		return nil
	}
	if !isName(host) {
		return fmt.Errorf("certificate: %q is no host name and no IP address", host)
	}
	if host = strings.ToLower(host); !slices.Contains(leaf.DNSNames, host) {
		leaf.DNSNames = append(leaf.DNSNames, host)
	}
	return nil
}

// isName reports whether host can stand in a certificate: labels of letters,
// digits and hyphens, the first perhaps a "*".
func isName(host string) bool {
	host = strings.TrimPrefix(host, "*.")
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		odd := strings.ContainsFunc(label, func(r rune) bool {
			return !(r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
		})
		if label == "" || len(label) > 63 || odd || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
	}
	return true
}

// PEM is the authority's certificate, for a client to trust.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

// ServerConfig is a configuration for the server, of TLS 1.2 or newer as
// Salesforce's own. It offers HTTP/1.1 only: faults that cut a connection off
// could not, were it shared by many requests.
func (a *Authority) ServerConfig() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{a.server}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
}

// Pool is a set of authorities with this one in it, for a client in Go.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}
