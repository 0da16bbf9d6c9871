package authority

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/salesforce/simulator/org"
)

// datetime is how an identity writes a datetime, always in UTC.
const datetime = "2006-01-02T15:04:05.000-0700"

// identity is the user of a token, and where he is asked for.
type identity struct {
	user   userKey
	row    org.Row
	scopes []string
}

// identify finds the user of a token in the header or the parameters. Refused
// tokens are a 403 with plain text here, not the JSON and 401 of the API.
func (a *Authority) identify(w http.ResponseWriter, r *http.Request) (identity, bool) {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for _, parameter := range []string{"oauth_token", "access_token"} {
		if token == "" {
			token = r.Form.Get(parameter)
		}
	}
	refuse := func(reason string) (identity, bool) {
		w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(reason))
		return identity{}, false
	}
	if token == "" {
		return refuse("Missing_OAuth_Token") // unverified: the text Missing_OAuth_Token
	}
	s, ok := a.liveSession(strings.TrimSpace(token), true)
	if !ok || !s.user.active() {
		return refuse("Bad_OAuth_Token")
	}
	here := a.hostTenant(r)
	if id := chi.URLParam(r, "org"); id != "" && org.FullID(id) != s.user.tenant.orgID() || here != nil && here != s.user.tenant {
		return refuse("Wrong_Org") // unverified: the text Wrong_Org
	}
	if id := chi.URLParam(r, "user"); id != "" && org.FullID(id) != s.user.id {
		return refuse("Bad_Id") // unverified: the text Bad_Id, for the identity of another user
	}
	row, ok := s.user.tenant.org.Find("User", s.user.id)
	if !ok {
		return refuse("Bad_OAuth_Token")
	}
	return identity{s.user, row, s.scopes}, true
}

func (i identity) text(name string) string {
	s, _ := i.row[name].(string)
	return s
}

// identityFormat is JSON, or the XML of the documentation.
func identityFormat(r *http.Request) format {
	if formatOf(r) == asXML {
		return asUserXML
	}
	return asJSON
}

// serveIdentity answers /id/ORG/USER, keys in the recorded order.
func (a *Authority) serveIdentity(w http.ResponseWriter, r *http.Request) {
	i, ok := a.identify(w, r)
	if !ok {
		return
	}
	u := i.row
	base := i.user.tenant.url(r)
	modified, _ := u["LastModifiedDate"].(time.Time)
	identityFormat(r).write(w, http.StatusOK, record{
		{"id", a.identityURL(i.user, r)},
		{"asserted_user", true},
		{"user_id", i.user.id},
		{"organization_id", i.user.tenant.orgID()},
		{"username", u["Username"]},
		{"nick_name", u["CommunityNickname"]},
		{"display_name", u["Name"]},
		{"email", u["Email"]},
		{"email_verified", true},
		{"first_name", u["FirstName"]},
		{"last_name", u["LastName"]},
		{"timezone", u["TimeZoneSidKey"]},
		{"photos", record{{"picture", base + "/profilephoto/005/F"}, {"thumbnail", base + "/profilephoto/005/T"}}},
		{"addr_street", u["Street"]},
		{"addr_city", u["City"]},
		{"addr_state", u["State"]},
		{"addr_country", u["Country"]},
		{"addr_zip", u["PostalCode"]},
		{"mobile_phone", u["MobilePhone"]},
		{"mobile_phone_verified", false},
		{"is_lightning_login_user", false},
		{"status", record{{"created_date", nil}, {"body", nil}}},
		{"urls", i.links(base, true)},
		{"active", u["IsActive"]},
		{"user_type", strings.ToUpper(i.text("UserType"))},
		{"language", u["LanguageLocaleKey"]},
		{"locale", u["LocaleSidKey"]},
		{"utcOffset", a.utcOffset(i.text("TimeZoneSidKey"))},
		{"last_modified_date", modified.UTC().Format(datetime)},
		{"is_app_installed", true},
	})
}

// serveUserInfo answers /services/oauth2/userinfo.
func (a *Authority) serveUserInfo(w http.ResponseWriter, r *http.Request) {
	i, ok := a.identify(w, r)
	if !ok {
		return
	}
	u := i.row
	base := i.user.tenant.url(r)
	modified, _ := u["LastModifiedDate"].(time.Time)
	asJSON.write(w, http.StatusOK, record{
		{"sub", a.identityURL(i.user, r)},
		{"user_id", i.user.id},
		{"organization_id", i.user.tenant.orgID()},
		{"preferred_username", u["Username"]},
		{"nickname", u["CommunityNickname"]},
		{"name", u["Name"]},
		{"email", u["Email"]},
		{"email_verified", true},
		{"given_name", u["FirstName"]},
		{"family_name", u["LastName"]},
		{"zoneinfo", u["TimeZoneSidKey"]},
		{"photos", record{{"picture", base + "/profilephoto/005/F"}, {"thumbnail", base + "/profilephoto/005/T"}}},
		{"profile", base + "/" + i.user.id},
		{"phone_number", u["MobilePhone"]},
		{"phone_number_verified", false},
		{"address", record{}},
		{"is_salesforce_integration_user", false},
		{"urls", i.links(base, false)},
		{"active", u["IsActive"]},
		{"user_type", strings.ToUpper(i.text("UserType"))},
		{"language", u["LanguageLocaleKey"]},
		{"locale", u["LocaleSidKey"]},
		{"utcOffset", a.utcOffset(i.text("TimeZoneSidKey"))},
		{"updated_at", modified.UTC().Format("2006-01-02T15:04:05Z")},
	})
}

// links are the "urls" of an identity; {version} stands there as it
// is, for the client to fill in.
func (i identity) links(base string, whole bool) record {
	orgID := i.user.tenant.orgID()
	rest := base + "/services/data/v{version}/"
	links := record{
		{"enterprise", base + "/services/Soap/c/{version}/" + orgID},
		{"metadata", base + "/services/Soap/m/{version}/" + orgID},
		{"partner", base + "/services/Soap/u/{version}/" + orgID},
		{"rest", rest},
		{"sobjects", rest + "sobjects/"},
		{"search", rest + "search/"},
		{"query", rest + "query/"},
		{"recent", rest + "recent/"},
		{"tooling_soap", base + "/services/Soap/T/{version}/" + orgID},
		{"tooling_rest", rest + "tooling/"},
		{"profile", base + "/" + i.user.id},
		{"feeds", rest + "chatter/feeds"},
		{"groups", rest + "chatter/groups"},
		{"users", rest + "chatter/users"},
		{"feed_items", rest + "chatter/feed-items"},
		{"feed_elements", rest + "chatter/feed-elements"},
	}
	if whole {
		links = append(links, field{"custom_domain", base})
	}
	return links
}

// utcOffset is the zone's offset without summer time, in milliseconds.
// unverified: that summer time does not count in utcOffset.
func (a *Authority) utcOffset(zone string) int {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return 0
	}
	_, offset := time.Date(a.cfg.Now().Year(), time.January, 1, 0, 0, 0, 0, location).Zone()
	return offset * 1000
}
