package conformance

import (
	"net/http"
	"strings"
	"testing"

	"scimforce/scim/mapping"
	"scimforce/scim/scimtest"
)

// check is one thing that clients rely on; it throws a disagreement where the
// bridge does it otherwise.
type check struct {
	name string
	run  func(*client)
}

// checks are what public suites do not notice when it is wrong, and the choices
// where suites disagree.
func checks() []check {
	return append([]check{
		{"a PUT clears what it leaves out", putClears},
		{"a PATCH that replaces a multi-valued attribute leaves nothing of it", patchReplaces},
		{"a resource has the attributes that were sent, under their names", bodies},
		{"removing one member leaves the others", oneMemberGoes},
		{"adding one member keeps the others", oneMemberComes},
		{"a filter is heeded", filterIsHeeded},
		{"userName is compared without regard to case, and comes back as it was sent", userNames},
		{"a DELETE of nobody is a 404", deleteOfNobody},
		{"a deactivated user stays readable", deactivated},
		{"a deleted user is gone, and comes back under his id", deletedAndRevived},
		{"a PATCH of a user answers with the user, one of a group with nothing unless attributes are asked for", patchAnswers},
		{"no extension is required", noExtensionIsRequired},
		{"a password never comes back", passwords},
		{"pages are cut where the client says", pages},
		{"attributes are left out where the client says", projections},
		{"a created resource says where it is", locations},
		{"what a client reads and sends back changes nothing", readAndSentBack},
	}, okta()...)
}

// violated runs a check and says why it failed, "" when it did not.
func violated(c *client, run func(*client)) (why string) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case disagreement:
			why = string(cause)
		default:
			panic(cause)
		}
	}()
	run(c)
	return ""
}

func TestClientsCanRelyOnTheBridge(t *testing.T) {
	c := newClient(scimtest.New(t, seats))
	for _, check := range checks() {
		t.Run(check.name, func(t *testing.T) {
			if why := violated(c, check.run); why != "" {
				t.Error(why)
			}
		})
	}
}

func putClears(c *client) {
	made := c.make("/Users", c.person(object{"title": "Countess", enterpriseURN: object{"department": "Engines"}}))
	body := c.person(nil)
	body["userName"], body["emails"] = made["userName"], made["emails"]
	now := c.want(http.StatusOK, "PUT", path("/Users", made), body)
	same("title after a PUT without one", now["title"], nil)
	same("the extension after a PUT without it", now[enterpriseURN], nil)
	now = c.want(http.StatusOK, "GET", path("/Users", made), nil)
	same("title read after a PUT without one", now["title"], nil)

	group := c.make("/Groups", object{"schemas": []any{groupURN}, "displayName": c.person(nil)["userName"], "members": []any{object{"value": made["id"]}}})
	c.want(http.StatusOK, "PUT", path("/Groups", group), object{"schemas": []any{groupURN}, "displayName": group["displayName"]})
	same("members after a PUT without any", members(c.want(http.StatusOK, "GET", path("/Groups", group), nil)), []any{})
}

func patchReplaces(c *client) {
	made := c.make("/Users", c.person(object{"phoneNumbers": []any{object{"value": "+1 555 1", "type": "work"}, object{"value": "+1 555 2", "type": "mobile"}}}))
	phones := []any{object{"value": "+1 555 3", "type": "work"}}
	now := c.patch(http.StatusOK, path("/Users", made), object{"op": "replace", "path": "phoneNumbers", "value": phones})
	same("phoneNumbers replaced", now["phoneNumbers"], phones)
	same("phoneNumbers read", c.want(http.StatusOK, "GET", path("/Users", made), nil)["phoneNumbers"], phones)
}

func bodies(c *client) {
	sent := c.person(object{
		"externalId": "00u1", "title": "Countess", "displayName": "Ada L.", "nickName": "ada-l", "locale": "en-US", "preferredLanguage": "en-US", "timezone": "Europe/London",
		"phoneNumbers": []any{object{"value": "+1 555 1", "type": "work"}},
		"addresses":    []any{object{"type": "work", "streetAddress": "1 Main St", "locality": "London", "postalCode": "W1", "country": "GB"}},
		enterpriseURN:  object{"employeeNumber": "7", "department": "Engines", "division": "R", "organization": "Acme", "costCenter": "42"},
	})
	made := c.make("/Users", sent)
	read := c.want(http.StatusOK, "GET", path("/Users", made), nil)
	for attribute, value := range sent {
		switch attribute {
		case "schemas":
			same("schemas", read["schemas"], []any{userURN, enterpriseURN, mapping.SalesforceURN})
		case "name":
			parts, _ := read["name"].(object)
			same("name.givenName", parts["givenName"], "Ada")
			same("name.familyName", parts["familyName"], "Lovelace")
		case "addresses":
			list, _ := read["addresses"].([]any)
			if len(list) != 1 {
				disagree("addresses: %v", read["addresses"])
			}
			for part, text := range value.([]any)[0].(object) {
				same("addresses."+part, list[0].(object)[part], text)
			}
		default:
			same(attribute, read[attribute], value)
		}
	}
	about, _ := read["meta"].(object)
	same("meta.resourceType", about["resourceType"], "User")
	for _, name := range []string{"created", "lastModified", "location", "version"} {
		if text, _ := about[name].(string); text == "" {
			disagree("meta.%s is missing", name)
		}
	}
}

// team makes a group of three people.
func team(c *client) (group object, people []any) {
	var list []any
	for range 3 {
		one := c.make("/Users", c.person(nil))
		people = append(people, one["id"])
		list = append(list, object{"value": one["id"]})
	}
	return c.make("/Groups", object{"schemas": []any{groupURN}, "displayName": c.person(nil)["userName"], "members": list}), people
}

func oneMemberGoes(c *client) {
	group, people := team(c)
	c.patch(http.StatusNoContent, path("/Groups", group), object{"op": "remove", "path": `members[value eq "` + people[1].(string) + `"]`})
	same("members", members(c.want(http.StatusOK, "GET", path("/Groups", group), nil)), []any{people[0], people[2]})
	c.patch(http.StatusNoContent, path("/Groups", group), object{"op": "Remove", "path": "members", "value": []any{object{"$ref": nil, "value": people[0]}}})
	same("members", members(c.want(http.StatusOK, "GET", path("/Groups", group), nil)), []any{people[2]})
	c.patch(http.StatusNoContent, path("/Groups", group), object{"op": "remove", "path": `members[value eq "` + people[1].(string) + `"]`})
	same("members", members(c.want(http.StatusOK, "GET", path("/Groups", group), nil)), []any{people[2]})
}

func oneMemberComes(c *client) {
	group, people := team(c)
	one := c.make("/Users", c.person(nil))
	for range 2 { // the second time changes nothing
		c.patch(http.StatusNoContent, path("/Groups", group), object{"op": "add", "path": "members", "value": []any{object{"value": one["id"]}}})
		same("members", members(c.want(http.StatusOK, "GET", path("/Groups", group), nil)), append(people[:3:3], one["id"]))
	}
}

func filterIsHeeded(c *client) {
	made := c.make("/Users", c.person(object{"externalId": "heeded-" + c.person(nil)["userName"].(string)}))
	for _, filter := range []string{
		`userName eq "` + made["userName"].(string) + `"`,
		`externalId eq "` + made["externalId"].(string) + `"`,
		`emails[type eq "work"].value eq "` + made["userName"].(string) + `"`,
		`id eq "` + made["id"].(string) + `" and active eq true`,
	} {
		total, found := c.filtered("/Users", filter)
		if total != 1 || len(found) != 1 || found[0]["id"] != made["id"] {
			disagree("%s: %d of %d found", filter, len(found), total)
		}
	}
	if total, found := c.filtered("/Users", `userName eq "3f2a7c1e-random@acme.example"`); total != 0 || len(found) != 0 {
		disagree("a userName of nobody: %d of %d found", len(found), total)
	}
	group, _ := team(c)
	if total, found := c.filtered("/Groups", `displayName eq "`+group["displayName"].(string)+`"`); total != 1 || len(found) != 1 {
		disagree("a displayName of one group: %d of %d found", len(found), total)
	}
	if total, _ := c.filtered("/Groups", `displayName eq "nothing of the kind"`); total != 0 {
		disagree("a displayName of no group: %d found", total)
	}
}

func userNames(c *client) {
	made := c.make("/Users", c.person(nil))
	name := made["userName"].(string)
	if name == strings.ToLower(name) {
		disagree("userName came back as %q", name)
	}
	same("userName read", c.want(http.StatusOK, "GET", path("/Users", made), nil)["userName"], name)
	if total, found := c.filtered("/Users", `userName eq "`+strings.ToUpper(name)+`"`); total != 1 || found[0]["userName"] != name {
		disagree("userName in capitals: %d found: %v", total, found)
	}
	again := c.person(nil)
	again["userName"] = strings.ToUpper(name)
	c.refused(http.StatusConflict, "uniqueness", "POST", "/Users", again)
}

func deleteOfNobody(c *client) {
	for _, endpoint := range []string{"/Users/0055g00000NOBODYQAZ", "/Users/nobody", "/Groups/00G5g00000NOBODYEAB", "/Groups/nothing"} {
		c.refused(http.StatusNotFound, "", "DELETE", endpoint, nil)
		c.refused(http.StatusNotFound, "", "GET", endpoint, nil)
	}
}

func deactivated(c *client) {
	for _, off := range []func(object){
		func(made object) {
			body := c.person(object{"active": false})
			body["userName"], body["emails"] = made["userName"], made["emails"]
			c.want(http.StatusOK, "PUT", path("/Users", made), body)
		},
		func(made object) {
			c.patch(http.StatusOK, path("/Users", made), object{"op": "replace", "value": object{"active": false}})
		},
		func(made object) {
			c.patch(http.StatusOK, path("/Users", made), object{"op": "Replace", "path": "active", "value": "False"})
		},
	} {
		made := c.make("/Users", c.person(nil))
		off(made)
		same("active", c.want(http.StatusOK, "GET", path("/Users", made), nil)["active"], false)
		if total, found := c.filtered("/Users", `userName eq "`+made["userName"].(string)+`"`); total != 1 || found[0]["active"] != false {
			disagree("a deactivated user is found %d times: %v", total, found)
		}
		c.patch(http.StatusOK, path("/Users", made), object{"op": "replace", "value": object{"active": true}})
		same("active again", c.want(http.StatusOK, "GET", path("/Users", made), nil)["active"], true)
	}
}

func deletedAndRevived(c *client) {
	body := c.person(nil)
	made := c.make("/Users", body)
	c.want(http.StatusNoContent, "DELETE", path("/Users", made), nil)
	c.refused(http.StatusNotFound, "", "GET", path("/Users", made), nil)
	c.refused(http.StatusNotFound, "", "DELETE", path("/Users", made), nil)
	if total, _ := c.filtered("/Users", `userName eq "`+made["userName"].(string)+`"`); total != 0 {
		disagree("a deleted user is found")
	}
	same("the id of the user who comes back", c.make("/Users", body)["id"], made["id"])
	same("active", c.want(http.StatusOK, "GET", path("/Users", made), nil)["active"], true)
}

func patchAnswers(c *client) {
	made := c.make("/Users", c.person(nil))
	now := c.patch(http.StatusOK, path("/Users", made), object{"op": "replace", "value": object{"active": false}})
	same("id", now["id"], made["id"])
	same("active", now["active"], false)
	group, people := team(c)
	same("the answer to a PATCH of a group", c.patch(http.StatusNoContent, path("/Groups", group), object{"op": "add", "path": "members", "value": []any{object{"value": people[0]}}}), nil)
	now = c.patch(http.StatusOK, path("/Groups", group)+"?excludedAttributes=members", object{"op": "replace", "value": object{"id": group["id"], "displayName": group["displayName"]}})
	same("displayName", now["displayName"], group["displayName"])
	same("members excluded", now["members"], nil)
}

func noExtensionIsRequired(c *client) {
	_, types := c.list("/ResourceTypes")
	for _, t := range types {
		extensions, _ := t["schemaExtensions"].([]any)
		for _, e := range extensions {
			same("required of an extension", e.(object)["required"], false)
		}
	}
	made := c.make("/Users", c.person(nil))
	same("schemas of a user of whom only the org has more to say", made["schemas"], []any{userURN, mapping.SalesforceURN})
}

func passwords(c *client) {
	made := c.make("/Users", c.person(object{"password": "Correct-Horse-1"}))
	same("password", made["password"], nil)
	same("password", c.want(http.StatusOK, "GET", path("/Users", made)+"?attributes=password", nil)["password"], nil)
}

func pages(c *client) {
	for range 5 {
		c.make("/Users", c.person(nil))
	}
	total, all := c.list("/Users?startIndex=1&count=1000")
	same("totalResults", total, len(all))
	for start := 1; start <= len(all); start += 2 {
		count, page := c.list("/Users?startIndex=" + itoa(start) + "&count=2")
		same("totalResults", count, total)
		want := all[start-1 : min(start+1, len(all))]
		for i := range want {
			same("the user at "+itoa(start+i), page[i]["id"], want[i]["id"])
		}
		same("users in a page", len(page), len(want))
	}
	count, none := c.list("/Users?count=0")
	same("totalResults of count=0", count, total)
	same("Resources of count=0", len(none), 0)
}

func projections(c *client) {
	group, people := team(c)
	same("members excluded", c.want(http.StatusOK, "GET", path("/Groups", group)+"?excludedAttributes=members", nil)["members"], nil)
	one := "/Users/" + people[0].(string)
	few := c.want(http.StatusOK, "GET", one+"?attributes=userName,name.givenName", nil)
	same("name", few["name"], object{"givenName": "Ada"})
	for _, name := range []string{"emails", "active", "groups"} {
		same(name+" not asked for", few[name], nil)
	}
	same("id", few["id"], people[0])
}

func locations(c *client) {
	w := c.ask("POST", "/Users", c.person(nil))
	at := w.Header().Get("Location")
	if w.Code != http.StatusCreated || !strings.HasPrefix(at, scimtest.Base+"/Users/005") {
		disagree("status %d, Location %q", w.Code, at)
	}
	read := c.want(http.StatusOK, "GET", strings.TrimPrefix(at, scimtest.Base), nil)
	about, _ := read["meta"].(object)
	same("meta.location", about["location"], at)
}

func readAndSentBack(c *client) {
	made := c.make("/Users", c.person(object{"externalId": "00u2", "displayName": "Ada L.", "title": "Countess"}))
	read := c.want(http.StatusOK, "GET", path("/Users", made), nil)
	same("the user after a PUT of what was read", c.want(http.StatusOK, "PUT", path("/Users", made), read), read)
	same("the user read again", c.want(http.StatusOK, "GET", path("/Users", made), nil), read)
}
