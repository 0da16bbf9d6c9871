package conformance

import (
	"net/http"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// okta are the assertions of the suites that Okta publishes for integrations
// (Okta-SCIM-20-SPEC-Test and Okta-SCIM-20-CRUD-Test), in our words.
func okta() []check {
	return []check{
		{"Okta, SPEC: a list of one user has all that an import needs", oktaList},
		{"Okta, SPEC: nobody and nothing are told as Okta expects", oktaNobody},
		{"Okta, SPEC: a created user is complete, is found and is created once", oktaCreate},
		{"Okta, SPEC: without the token the answer is a SCIM error", oktaUnauthorized},
		{"Okta, SPEC: groups can be listed", func(c *client) { c.list("/Groups") }},
		{"Okta, CRUD: assigned, renamed, deactivated, reactivated, unassigned, by PUT", func(c *client) { oktaLife(c, oktaPut) }},
		{"Okta, CRUD: assigned, renamed, deactivated, reactivated, unassigned, by PATCH", func(c *client) { oktaLife(c, oktaPatch) }},
	}
}

// complete wants what Okta's suite wants of every user.
func complete(user object) {
	name, _ := user["name"].(object)
	mails, _ := user["emails"].([]any)
	if len(mails) == 0 {
		disagree("a user without emails: %v", user)
	}
	parts := object{
		"id": user["id"], "userName": user["userName"], "name.familyName": name["familyName"], "name.givenName": name["givenName"],
		"emails[0].value": mails[0].(object)["value"],
	}
	for what, value := range parts {
		if text, _ := value.(string); text == "" {
			disagree("a user without %s: %v", what, user)
		}
	}
	if _, ok := user["active"].(bool); !ok {
		disagree("active is %v", user["active"])
	}
}

func oktaList(c *client) {
	c.make("/Users", c.person(nil))
	_, found := c.list("/Users?count=1&startIndex=1")
	same("users in a page of one", len(found), 1)
	complete(found[0])
	one := c.want(http.StatusOK, "GET", path("/Users", found[0]), nil)
	complete(one)
	same("id", one["id"], found[0]["id"])
}

func oktaNobody(c *client) {
	if total, _ := c.filtered("/Users", `userName eq "abcdefgh@atko.example"`); total != 0 {
		disagree("a userName of nobody is found %d times", total)
	}
	c.refused(http.StatusNotFound, "", "GET", "/Users/010101001010101011001010101011", nil)
	c.refused(http.StatusNotFound, "", "GET", "/Users/00919288221112222", nil)
}

func oktaCreate(c *client) {
	sent := c.person(object{"displayName": "Ada Lovelace", "locale": "en-US", "externalId": "00ujl29u0le5T6Aj10h7", "groups": []any{}, "password": "1mz050nq"})
	made := c.make("/Users", sent)
	complete(made)
	same("userName", made["userName"], sent["userName"])
	same("active", made["active"], true)
	complete(c.want(http.StatusOK, "GET", path("/Users", made), nil))
	c.refused(http.StatusConflict, "uniqueness", "POST", "/Users", sent)
	c.filtered("/Users", `userName eq "`+strings.ToUpper(sent["userName"].(string))+`"`)
}

func oktaUnauthorized(c *client) {
	stranger := &client{bridge: c.bridge, token: "non-token"}
	stranger.refused(http.StatusUnauthorized, "", "GET", "/Users?startIndex=1&count=2", nil)
}

// oktaPut changes a user as an app made with Okta's wizard does: what was read,
// with the changes merged in.
func oktaPut(c *client, at string, change object) {
	body := c.want(http.StatusOK, "GET", at, nil)
	for name, value := range change {
		body[name] = value
	}
	c.want(http.StatusOK, "PUT", at, body)
}

// oktaPatch changes a user as an app of Okta's catalogue does.
func oktaPatch(c *client, at string, change object) {
	c.patch(http.StatusOK, at, object{"op": "replace", "value": change})
}

func oktaLife(c *client, update func(*client, string, object)) {
	sent := c.person(object{"externalId": "00u1"})
	name := sent["userName"].(string)
	c.filtered("/Users", `userName eq "`+name+`"`)
	at := path("/Users", c.make("/Users", sent))
	_, found := c.filtered("/Users", `userName eq "`+name+`"`)
	same("users of the name", len(found), 1)
	complete(found[0])

	update(c, at, object{"name": object{"givenName": "Augusta", "familyName": "Lovelace"}})
	same("name.givenName", c.want(http.StatusOK, "GET", at, nil)["name"].(object)["givenName"], "Augusta")
	for _, active := range []bool{false, true, false} {
		update(c, at, object{"active": active})
		now := c.want(http.StatusOK, "GET", at, nil)
		same("active", now["active"], active)
		same("name.familyName beside active", now["name"].(object)["familyName"], "Lovelace")
		same("externalId beside active", now["externalId"], "00u1")
	}
}
