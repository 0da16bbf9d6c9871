package simulator

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/salesforce/simulator/org"
)

// identityURL is the "id" of a token answer: clients cut the org's and the
// user's id out of it.
func (o *site) identityURL(base, userID string) string {
	return base + "/id/" + o.orgID + "/" + userID
}

// identify finds the user of a token in the header or the parameters. Refused
// tokens are a 403 with plain text here, not the JSON and 401 of the API.
func (s *Simulator) identify(w http.ResponseWriter, r *http.Request) (org.Row, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for _, parameter := range []string{"oauth_token", "access_token"} {
		if token == "" {
			token = r.FormValue(parameter)
		}
	}
	refuse := func(reason string) (org.Row, bool) {
		w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(reason))
		return nil, false
	}
	if token == "" {
		return refuse("Missing_OAuth_Token") // unverified
	}
	session, ok := s.auth.useSession(strings.TrimSpace(token))
	if !ok || !s.sites[0].isActive(session.userID) {
		return refuse("Bad_OAuth_Token")
	}
	if id := chi.URLParam(r, "org"); id != "" && full(id) != s.sites[0].orgID {
		return refuse("Wrong_Org") // unverified
	}
	if id := chi.URLParam(r, "user"); id != "" && full(id) != session.userID {
		return refuse("Bad_Id") // unverified
	}
	row, ok := s.sites[0].org.Find("User", session.userID)
	return row, ok
}

// serveIdentity answers /id/ORG/USER, keys in the recorded order.
func (s *Simulator) serveIdentity(w http.ResponseWriter, r *http.Request) {
	u, ok := s.identify(w, r)
	if !ok {
		return
	}
	base := s.sites[0].baseURL(r)
	id := text(u["Id"])
	modified, _ := u["LastModifiedDate"].(time.Time)
	writePlainJSON(w, http.StatusOK, object{
		{"id", s.sites[0].identityURL(base, id)},
		{"asserted_user", true},
		{"user_id", id},
		{"organization_id", s.sites[0].orgID},
		{"username", u["Username"]},
		{"nick_name", u["CommunityNickname"]},
		{"display_name", u["Name"]},
		{"email", u["Email"]},
		{"email_verified", true},
		{"first_name", u["FirstName"]},
		{"last_name", u["LastName"]},
		{"timezone", u["TimeZoneSidKey"]},
		{"photos", object{{"picture", base + "/profilephoto/005/F"}, {"thumbnail", base + "/profilephoto/005/T"}}},
		{"addr_street", u["Street"]},
		{"addr_city", u["City"]},
		{"addr_state", u["State"]},
		{"addr_country", u["Country"]},
		{"addr_zip", u["PostalCode"]},
		{"mobile_phone", u["MobilePhone"]},
		{"mobile_phone_verified", false},
		{"is_lightning_login_user", false},
		{"status", object{{"created_date", nil}, {"body", nil}}},
		{"urls", s.identityLinks(base, id, true)},
		{"active", u["IsActive"]},
		{"user_type", strings.ToUpper(text(u["UserType"]))},
		{"language", u["LanguageLocaleKey"]},
		{"locale", u["LocaleSidKey"]},
		{"utcOffset", s.utcOffset(text(u["TimeZoneSidKey"]))},
		{"last_modified_date", modified.UTC().Format(datetimeLayout)},
		{"is_app_installed", true},
	})
}

// serveUserInfo answers /services/oauth2/userinfo.
func (s *Simulator) serveUserInfo(w http.ResponseWriter, r *http.Request) {
	u, ok := s.identify(w, r)
	if !ok {
		return
	}
	base := s.sites[0].baseURL(r)
	id := text(u["Id"])
	modified, _ := u["LastModifiedDate"].(time.Time)
	writePlainJSON(w, http.StatusOK, object{
		{"sub", s.sites[0].identityURL(base, id)},
		{"user_id", id},
		{"organization_id", s.sites[0].orgID},
		{"preferred_username", u["Username"]},
		{"nickname", u["CommunityNickname"]},
		{"name", u["Name"]},
		{"email", u["Email"]},
		{"email_verified", true},
		{"given_name", u["FirstName"]},
		{"family_name", u["LastName"]},
		{"zoneinfo", u["TimeZoneSidKey"]},
		{"photos", object{{"picture", base + "/profilephoto/005/F"}, {"thumbnail", base + "/profilephoto/005/T"}}},
		{"profile", base + "/" + id},
		{"phone_number", u["MobilePhone"]},
		{"phone_number_verified", false},
		{"address", object{}},
		{"is_salesforce_integration_user", false},
		{"urls", s.identityLinks(base, id, false)},
		{"active", u["IsActive"]},
		{"user_type", strings.ToUpper(text(u["UserType"]))},
		{"language", u["LanguageLocaleKey"]},
		{"locale", u["LocaleSidKey"]},
		{"utcOffset", s.utcOffset(text(u["TimeZoneSidKey"]))},
		{"updated_at", modified.UTC().Format("2006-01-02T15:04:05Z")},
	})
}

// identityLinks are the "urls" of an identity; {version} stands there as it
// is, for the client to fill in.
func (s *Simulator) identityLinks(base, userID string, whole bool) object {
	orgID := s.sites[0].orgID
	rest := base + "/services/data/v{version}/"
	links := object{
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
		{"profile", base + "/" + userID},
		{"feeds", rest + "chatter/feeds"},
		{"groups", rest + "chatter/groups"},
		{"users", rest + "chatter/users"},
		{"feed_items", rest + "chatter/feed-items"},
		{"feed_elements", rest + "chatter/feed-elements"},
	}
	if whole {
		links = append(links, member{"custom_domain", base})
	}
	return links
}

// utcOffset is the zone's offset without summer time, in milliseconds.
// unverified: that summer time does not count.
func (s *Simulator) utcOffset(zone string) int {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return 0
	}
	_, offset := time.Date(s.cfg.Now().Year(), time.January, 1, 0, 0, 0, 0, location).Zone()
	return offset * 1000
}
