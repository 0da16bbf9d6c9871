// Package soap is the one corner of Salesforce's SOAP API that clients of its
// REST API still come through: login and logout of the partner and enterprise
// services (/services/Soap/u/XX.0 and /c/XX.0). What may not enter: any other
// SOAP call, and how passwords are checked, which its owner does.
//
// The envelopes follow answers that clients keep in their tests; order and
// names of the elements were seen, the status 500 of a fault is SOAP's own.
package soap

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// maxEnvelope bounds a request: a login is a few hundred bytes.
const maxEnvelope = 64 << 10

// Door is who lets users in and out.
type Door interface {
	// Login checks a username with its password (the security token appended
	// where the org wants one) and begins a session. A *Fault is told to the
	// client as it is.
	Login(r *http.Request, username, password string) (Session, error)
	// Logout ends the session of an access token; it is false for none.
	Logout(token string) bool
}

// Session is what a login gives: the access token, where to use it, and what
// the answer says of its user and org.
type Session struct {
	Token       string
	InstanceURL string // "https://acme.my.salesforce.example"
	Seconds     int    // until an unused session ends

	UserID, Username, FullName, Email, UserType string
	Language, Locale, TimeZone                  string
	ProfileID, RoleID                           string // RoleID may be ""
	OrgID, OrgName                              string
	Sandbox                                     bool
}

// Fault is a refusal in Salesforce's words.
type Fault struct{ Code, Message string }

func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// InvalidLogin is the one answer to every login that fails.
func InvalidLogin() *Fault {
	return &Fault{"INVALID_LOGIN", "Invalid username, password, security token; or user locked out."}
}

// Handler answers POST /services/Soap/{u|c}/{version}[/...].
func Handler(door Door) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		place := servicePath.FindStringSubmatch(r.URL.Path)
		if place == nil {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "SOAP requests are sent by POST", http.StatusMethodNotAllowed)
			return
		}
		service{door, place[1], place[2]}.serve(w, r)
	})
}

var servicePath = regexp.MustCompile(`^/services/Soap/([uc])/([0-9]{1,3}\.0)(/.*)?$`)

// service is one of the two APIs: "u", partner, or "c", enterprise.
type service struct {
	door            Door
	letter, version string
}

func (s service) name() string {
	if s.letter == "c" {
		return "enterprise"
	}
	return "partner"
}

// envelope is a request, in whatever prefixes its namespaces have.
type envelope struct {
	SessionID string `xml:"Header>SessionHeader>sessionId"`
	Body      struct {
		Login *struct {
			Username string `xml:"username"`
			Password string `xml:"password"`
		} `xml:"login"`
		Logout *struct{} `xml:"logout"`
	} `xml:"Body"`
}

func (s service) serve(w http.ResponseWriter, r *http.Request) {
	var e envelope
	if err := xml.NewDecoder(io.LimitReader(r.Body, maxEnvelope)).Decode(&e); err != nil {
		// unverified: the words for XML that cannot be read.
		s.refuse(w, "soapenv:Client", &Fault{"", "XML document structures must start and end within the same entity."})
		return
	}
	switch {
	case e.Body.Login != nil:
		s.login(w, r, e.Body.Login.Username, e.Body.Login.Password)
	case e.Body.Logout != nil:
		if !s.door.Logout(strings.TrimSpace(e.SessionID)) {
			s.refuse(w, "sf:INVALID_SESSION_ID", &Fault{"INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session"})
			return
		}
		s.answer(w, http.StatusOK, "<logoutResponse/>")
	default:
		// unverified: code and words for a call that this service lacks.
		s.refuse(w, "soapenv:Client", &Fault{"", "No operation available for request; the simulator knows login and logout"})
	}
}

func (s service) login(w http.ResponseWriter, r *http.Request, username, password string) {
	session, err := s.door.Login(r, strings.TrimSpace(username), password)
	var fault *Fault
	switch {
	case errors.As(err, &fault):
		s.refuse(w, "sf:"+fault.Code, fault)
		return
	case err != nil:
		s.refuse(w, "sf:UNKNOWN_EXCEPTION", &Fault{"UNKNOWN_EXCEPTION", "An unexpected error occurred"})
		return
	}
	var body strings.Builder
	body.WriteString("<loginResponse><result>")
	element := func(name, value string) { writeElement(&body, name, value) }
	flag := func(name string, on bool) { element(name, fmt.Sprint(on)) }
	url := session.InstanceURL + "/services/Soap/%s/" + s.version + "/" + session.OrgID[:min(15, len(session.OrgID))]
	element("metadataServerUrl", fmt.Sprintf(url, "m"))
	flag("passwordExpired", false)
	flag("sandbox", session.Sandbox)
	element("serverUrl", fmt.Sprintf(url, s.letter))
	element("sessionId", session.Token)
	element("userId", session.UserID)
	body.WriteString("<userInfo>")
	flag("accessibilityMode", false)
	flag("chatterExternal", false)
	element("currencySymbol", "$")
	element("orgAttachmentFileSizeLimit", "5242880")
	element("orgDefaultCurrencyIsoCode", "USD")
	element("orgDefaultCurrencyLocale", "en_US")
	flag("orgDisallowHtmlAttachments", false)
	flag("orgHasPersonAccounts", false)
	element("organizationId", session.OrgID)
	flag("organizationMultiCurrency", false)
	element("organizationName", session.OrgName)
	element("profileId", session.ProfileID)
	element("roleId", session.RoleID)
	element("sessionSecondsValid", fmt.Sprint(session.Seconds))
	element("userDefaultCurrencyIsoCode", "")
	element("userEmail", session.Email)
	element("userFullName", session.FullName)
	element("userId", session.UserID)
	element("userLanguage", session.Language)
	element("userLocale", session.Locale)
	element("userName", session.Username)
	element("userTimeZone", session.TimeZone)
	element("userType", session.UserType)
	element("userUiSkin", "Theme3")
	body.WriteString("</userInfo></result></loginResponse>")
	s.answer(w, http.StatusOK, body.String())
}

// writeElement writes one element, an empty one as nil.
func writeElement(b *strings.Builder, name, value string) {
	if value == "" {
		b.WriteString("<" + name + ` xsi:nil="true"/>`)
		return
	}
	b.WriteString("<" + name + ">")
	_ = xml.EscapeText(b, []byte(value)) // a strings.Builder does not fail
	b.WriteString("</" + name + ">")
}

func (s service) answer(w http.ResponseWriter, status int, body string) {
	s.write(w, status, `xmlns="urn:`+s.name()+`.soap.sforce.com"`, body)
}

func (s service) refuse(w http.ResponseWriter, code string, f *Fault) {
	var body strings.Builder
	body.WriteString("<soapenv:Fault>")
	writeElement(&body, "faultcode", code)
	if f.Code == "" {
		writeElement(&body, "faultstring", f.Message)
	} else {
		writeElement(&body, "faultstring", f.Error())
		body.WriteString(`<detail><sf:LoginFault xsi:type="sf:LoginFault">`)
		writeElement(&body, "sf:exceptionCode", f.Code)
		writeElement(&body, "sf:exceptionMessage", f.Message)
		body.WriteString("</sf:LoginFault></detail>")
	}
	body.WriteString("</soapenv:Fault>")
	s.write(w, http.StatusInternalServerError, `xmlns:sf="urn:fault.`+s.name()+`.soap.sforce.com"`, body.String())
}

func (s service) write(w http.ResponseWriter, status int, space, body string) {
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	w.Header().Set("Cache-Control", "no-cache,must-revalidate,max-age=0,no-store,private")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" `+
		space+` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>`+body+`</soapenv:Body></soapenv:Envelope>`)
}
