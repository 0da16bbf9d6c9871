package oauth

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Sizes of an RSA key, in bits. Salesforce takes certificates of 2048 and 4096.
const minKeyBits, maxKeyBits = 2048, 8192

// CheckPrivateKey reports what is wrong with the PEM of a JWT bearer flow's key:
// it must be an RSA key of PKCS #1 or PKCS #8, not encrypted. The key is not in
// the error.
func CheckPrivateKey(text string) error {
	_, err := parsePrivateKey(text)
	return err
}

func parsePrivateKey(text string) (*rsa.PrivateKey, error) {
	if len(text) > maxPEM {
		return nil, fmt.Errorf("the private key is longer than %d octets: give the PEM of one RSA key", maxPEM)
	}
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, errors.New("the private key is no PEM: it begins with -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----")
		}
		if strings.Contains(block.Type, "CERTIFICATE") && len(strings.TrimSpace(string(rest))) > 0 {
			continue // the certificate stands before its key
		}
		return parseKeyBlock(block)
	}
}

func parseKeyBlock(block *pem.Block) (*rsa.PrivateKey, error) {
	var key any
	var err error
	switch {
	case strings.Contains(block.Type, "ENCRYPTED"), block.Headers["DEK-Info"] != "":
		return nil, errors.New("the private key is encrypted: take its passphrase off (openssl pkey -in KEY -out PLAIN); the bridge seals it itself")
	case block.Type == "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case block.Type == "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case strings.Contains(block.Type, "CERTIFICATE"), strings.Contains(block.Type, "PUBLIC KEY"):
		return nil, errors.New("this is the public half: the certificate belongs into the app in Salesforce, and its private key here")
	default:
		return nil, errors.New("the private key must be an RSA key, in PKCS #1 or PKCS #8")
	}
	if err != nil {
		return nil, errors.New("the private key cannot be read: it is damaged or was cut off")
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("the private key must be an RSA key: Salesforce takes no other signature than RS256")
	}
	if bits := private.N.BitLen(); bits < minKeyBits || bits > maxKeyBits {
		return nil, fmt.Errorf("the private key has %d bits: make one of 2048 or 4096", bits)
	}
	return private, nil
}

// assertionLife is how long an assertion is good; Salesforce takes no more than
// some minutes.
const assertionLife = 3 * time.Minute

// claims are those that Salesforce reads. The audience is one text: jwt.Claims
// would write a list.
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Expiry   int64  `json:"exp"` // seconds since 1970
}

// sign makes the assertion of the JWT bearer flow: the app speaks as the user.
func sign(key *rsa.PrivateKey, consumerKey, username, login string, now time.Time) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("oauth: sign: %w", err)
	}
	text, err := jwt.Signed(signer).Claims(claims{consumerKey, username, audience(login), now.Add(assertionLife).Unix()}).Serialize()
	if err != nil {
		return "", fmt.Errorf("oauth: sign: %w", err)
	}
	return text, nil
}

// audience is the login host as an assertion names it: not the org's own
// address, but the host that production, or all sandboxes, share.
func audience(login string) string {
	host := strings.ToLower(login)
	switch {
	case !isMyDomain(login):
		return login
	case strings.HasSuffix(host, ".sandbox.my.salesforce.com"), strings.HasSuffix(host, ".scratch.my.salesforce.com"), strings.Contains(host, "--"):
		return "https://test.salesforce.com"
	}
	return "https://login.salesforce.com"
}
