package soap

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const loginEnvelope = `<?xml version="1.0" encoding="utf-8" ?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/">` +
	`<env:Body><n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username> ada@acme.example </n1:username><n1:password>P&amp;ss</n1:password></n1:login></env:Body></env:Envelope>`

// acme lets one user in.
type acme struct{}

func (acme) Login(_ *http.Request, username, password string) (Session, error) {
	if username != "ada@acme.example" || password != "P&ss" {
		return Session{}, InvalidLogin()
	}
	return Session{
		Token: "00Dxx0000000001!AQ", InstanceURL: "https://acme.example", Seconds: 7200, UserID: "005xx0000000001AAA", Username: username,
		FullName: "Ada <Lovelace>", Email: username, UserType: "Standard", Language: "en_US", Locale: "en_US", TimeZone: "GMT",
		ProfileID: "00exx0000000001AAA", OrgID: "00Dxx0000000001AAA", OrgName: "Acme",
	}, nil
}

func (acme) Logout(token string) bool { return token == "good" }

func TestSOAP(t *testing.T) {
	for _, test := range []struct {
		name, method, path, body string
		status                   int
		want                     []string
	}{
		{
			"a login gives the session and where to use it", "POST", "/services/Soap/u/60.0", loginEnvelope, 200,
			[]string{
				`xmlns="urn:partner.soap.sforce.com"`, "<serverUrl>https://acme.example/services/Soap/u/60.0/00Dxx0000000001</serverUrl>",
				"<sessionId>00Dxx0000000001!AQ</sessionId><userId>005xx0000000001AAA</userId>", `<roleId xsi:nil="true"/>`,
				"<organizationId>00Dxx0000000001AAA</organizationId>", "<userFullName>Ada &lt;Lovelace&gt;</userFullName>",
			},
		},
		{
			"a wrong password is a fault", "POST", "/services/Soap/c/60.0/0DF", strings.Replace(loginEnvelope, "P&amp;ss", "guess", 1), 500,
			[]string{
				`xmlns:sf="urn:fault.enterprise.soap.sforce.com"`, "<faultcode>sf:INVALID_LOGIN</faultcode>" +
					"<faultstring>INVALID_LOGIN: Invalid username, password, security token; or user locked out.</faultstring>",
				"<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>",
			},
		},
		{
			"a logout ends the session", "POST", "/services/Soap/u/60.0",
			`<e:Envelope xmlns:e="x"><e:Header><SessionHeader><sessionId>good</sessionId></SessionHeader></e:Header><e:Body><logout/></e:Body></e:Envelope>`, 200,
			[]string{"<logoutResponse/>"},
		},
		{
			"a logout of no session is a fault", "POST", "/services/Soap/u/60.0", `<Envelope><Body><logout/></Body></Envelope>`, 500,
			[]string{"sf:INVALID_SESSION_ID"},
		},
		{"other calls are refused", "POST", "/services/Soap/u/60.0", `<Envelope><Body><query/></Body></Envelope>`, 500, []string{"login and logout"}},
		{"XML that ends early is refused", "POST", "/services/Soap/u/60.0", loginEnvelope[:100], 500, []string{"soapenv:Client"}},
		{"an envelope without end is refused", "POST", "/services/Soap/u/60.0", "<Envelope>" + strings.Repeat("x", 1<<20), 500, []string{"soapenv:Client"}},
		{"a GET is refused", "GET", "/services/Soap/u/60.0", "", 405, nil},
		{"another path is not there", "POST", "/services/Soap/m/60.0", loginEnvelope, 404, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			Handler(acme{}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), test.method, test.path, strings.NewReader(test.body)))
			body, _ := io.ReadAll(w.Body)
			if w.Code != test.status {
				t.Errorf("status %d, want %d: %s", w.Code, test.status, body)
			}
			for _, want := range test.want {
				if !strings.Contains(string(body), want) {
					t.Errorf("%s\nis missing in %s", want, body)
				}
			}
		})
	}
}

func FuzzEnvelope(f *testing.F) {
	f.Add(loginEnvelope)
	f.Add("<Envelope><Body><logout/></Body></Envelope>")
	h := Handler(acme{})
	f.Fuzz(func(t *testing.T, body string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/services/Soap/u/60.0", strings.NewReader(body)))
		if w.Code != http.StatusOK && w.Code != http.StatusInternalServerError {
			t.Errorf("%d for %q", w.Code, body)
		}
	})
}
