package clients

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"testing"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

// The app, and the administrator who allows it.
const (
	consumerKey    = "client-consumer-key"
	consumerSecret = "client-consumer-secret"
	callback       = "http://localhost:1717/callback"
	administrator  = "admin@acme.example"
	password       = "Correct-Horse-1"
)

// world is what a script is told on its standard input.
type world struct {
	Address         string `json:"address"` // of the org
	Levers          string `json:"levers"`  // see levers
	Key             string `json:"key"`
	Secret          string `json:"secret"`
	Callback        string `json:"callback"`
	Username        string `json:"username"`
	Password        string `json:"password"`
	Token           string `json:"token"` // an access token of the administrator
	RefreshToken    string `json:"refreshToken"`
	UserID          string `json:"userId"`
	StandardProfile string `json:"standardProfile"`
	People          int    `json:"people"`               // users in the org at the start, of all types
	CA              string `json:"ca,omitempty"`         // file with the certificate authority of an https address
	Proxy           string `json:"proxy,omitempty"`      // through which an address of salesforce.com leads to the org
	PrivateKey      string `json:"privateKey,omitempty"` // for the JWT bearer flow, PEM
}

// setting is what differs between stories.
type setting struct {
	people int // besides the administrator
	app    func(*simulator.App)
	login  simulator.LoginPolicy
	signed bool                                   // the app has a certificate for the JWT bearer flow
	serve  func(*testing.T, http.Handler, *world) // default: on plain HTTP

	refreshToken string // granted beforehand; default a random one
}

// begin starts an org and its levers.
func begin(t *testing.T, set setting) world {
	t.Helper()
	o, err := org.New(org.Config{
		Users: set.people, Seed: 1, AdminUsername: administrator, LicenseSeats: map[string]int{"Salesforce": 10_000},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.SetPassword(o.AdminID(), password)
	app := simulator.App{ConsumerKey: consumerKey, ConsumerSecret: consumerSecret, CallbackURLs: []string{callback}}
	if set.app != nil {
		set.app(&app)
	}
	privateKey := ""
	if set.signed {
		privateKey = keyPair(t, &app)
	}
	s, err := simulator.New(simulator.Config{Org: o, App: app, Login: set.login, DailyAPIRequests: 15_000})
	if err != nil {
		t.Fatal(err)
	}
	w := world{
		Key: consumerKey, Secret: consumerSecret, Callback: callback, Username: administrator, Password: password,
		PrivateKey: privateKey, UserID: o.AdminID(), StandardProfile: idOf(t, o, "Profile", "Name", "Standard User"), People: count(t, o, "User"),
	}
	if w.Token, err = s.AccessToken(administrator); err != nil {
		t.Fatal(err)
	}
	w.RefreshToken = cmp.Or(set.refreshToken, rand.Text())
	if err := s.GrantToken(administrator, w.RefreshToken); err != nil {
		t.Fatal(err)
	}
	if set.serve == nil {
		set.serve = servePlain
	}
	set.serve(t, s, &w)
	levers := httptest.NewServer(leversOf(s, o))
	t.Cleanup(levers.Close)
	w.Levers = levers.URL
	return w
}

// idOf finds a record by an indexed or any other text field.
func idOf(t *testing.T, o *org.Org, object, field, value string) (id string) {
	t.Helper()
	_ = o.View(func(v *org.View) error { // fn never fails
		obj, _ := v.Object(object)
		for r := range v.Scan(obj, org.Bound{}) {
			if r.Get(field) == value {
				id = r.ID()
			}
		}
		return nil
	})
	if id == "" {
		t.Fatalf("no %s with %s %q", object, field, value)
	}
	return id
}

func count(t *testing.T, o *org.Org, object string) (n int) {
	t.Helper()
	_ = o.View(func(v *org.View) error { // fn never fails
		obj, _ := v.Object(object)
		n = v.Len(obj)
		return nil
	})
	return n
}

// everyFlow lets the app in without a browser, as the administrator.
func everyFlow(app *simulator.App) {
	app.ClientCredentials, app.RunAs, app.PasswordFlow = true, administrator, true
	app.ApprovedFor = []string{"System Administrator"}
}

// keyPair gives the app the public half of a new key and returns the other.
func keyPair(t *testing.T, app *simulator.App) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	app.SigningKey = &key.PublicKey
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
