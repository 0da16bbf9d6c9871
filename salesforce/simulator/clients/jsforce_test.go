package clients

import (
	"testing"

	"scimforce/salesforce/simulator"
)

func TestJsforceLogsIn(t *testing.T) {
	tell(t, begin(t, setting{people: 10}), "jsforce/login.js", []line{
		{"a person denies the app", `{"error":"access_denied","error_description":"end-user denied authorization","state":"x y"}`},
		{"a person allows the app", `{"at":"http://localhost:1717/callback","state":"x y","code":true}`},
		{"a code without its verifier is refused", `{"thrown":"invalid_grant","message":"missing required code verifier"}`},
		{"the code becomes a session", `{"user":{"id":"<005>","organizationId":"<00D>","url":"<address>/id/<00D>/<005>"},"instanceUrl":true,"accessToken":true,"refreshToken":"5Aep861"}`},
		{"a code serves once", `{"thrown":"invalid_grant","message":"expired authorization code"}`},
		{"the session knows whose it is", `{"username":"admin@acme.example","name":"Ada Admin","org":"<00D>","user":"<005>","active":true,"rest":"<address>/services/data/v{version}/"}`},
		{"the refresh token gives a new session", `{"keys":["access_token","signature","scope","instance_url","id","token_type","issued_at"],"type":"Bearer","scope":"api id refresh_token","changed":true}`},
		{"a wrong secret is refused", `{"thrown":"invalid_client","message":"invalid client credentials"}`},
		{"an unknown app is refused", `{"thrown":"invalid_client_id","message":"client identifier invalid"}`},
		{"a made-up refresh token is refused", `{"thrown":"invalid_grant","message":"expired access/refresh token"}`},
		{"the identity service refuses a made-up token", `{"thrown":"ERROR_HTTP_403","message":"Bad_OAuth_Token"}`},
		{"a second connection of the same person works beside the first", `[1,1]`},
		{"logging out ends the session", `{"thrown":"INVALID_SESSION_ID","message":"Session expired or invalid"}`},
		{"the grant outlives the session", `1`},
		{"revoking ends the grant", `{"thrown":"invalid_grant","message":"expired access/refresh token"}`},
	})
}

func TestJsforceSurvivesTheEndOfItsSession(t *testing.T) {
	tell(t, begin(t, setting{people: 2500}), "jsforce/session.js", []line{
		{"a session that expires in the middle is renewed", `{"same":true,"renewed":1}`},
		{"one that expires between two pages is renewed, and no record is missing", `{"all":true,"moreThanOnePage":true,"renewed":2}`},
		{"calls at the same time share one renewal", `{"answers":5,"renewals":1}`},
		{"without a refresh token it is an error", `{"thrown":"INVALID_SESSION_ID","message":"Session expired or invalid"}`},
		{"with a made-up one it is an error", `{"thrown":"Error","message":"Unable to refresh session due to: expired access/refresh token"}`},
	})
}

func TestJsforceLosesItsGrantWhereRefreshTokensRotate(t *testing.T) {
	tell(t, begin(t, setting{app: func(a *simulator.App) { a.RotateRefreshTokens = true }}), "jsforce/rotation.js", []line{
		{"the first renewal succeeds", `1`},
		{"its answer holds a new refresh token, which jsforce drops", `[true,true]`},
		{"so the second renewal presents the old one", `{"thrown":"Error","message":"Unable to refresh session due to: expired access/refresh token"}`},
		{"which ended the successor too", `{"thrown":"invalid_grant","message":"expired access/refresh token"}`},
	})
}

func TestJsforceWritesRecords(t *testing.T) {
	tell(t, begin(t, setting{people: 10}), "jsforce/records.js", []line{
		{"find the profile", `{"Name":"Standard User","License":"Salesforce","type":"Profile","url":"/services/data/v66.0/sobjects/Profile/<00e>"}`},
		{"create one", `{"id":"<005>","success":true,"errors":[]}`},
		{"read it back", `{"attributes":{"type":"User","url":"/services/data/v66.0/sobjects/User/<005>"},"Id":"<005>","Username":"ada@acme.example","Name":"Ada Ada","IsActive":true,"Department":"Analysis","UserRoleId":null,"EmailPreferencesAutoBcc":true,"Address":null,"ProfileId":true,"CreatedDate":true,"fields":true}`},
		{"read some of its fields", `{"attributes":{"type":"User","url":"/services/data/v66.0/sobjects/User/<005>"},"Username":"ada@acme.example","Alias":"Ada","Id":"<005>"}`},
		{"update it", `{"id":"<005>","success":true,"errors":[]}`},
		{"the update is there", `{"attributes":{"type":"User","url":"/services/data/v66.0/sobjects/User/<005>"},"Title":"Countess","Department":null}`},
		{"an e-mail address waits for its owner", `["Ada@acme.example","countess@acme.example"]`},
		{"upsert by Username changes the one who is there", `{"id":true,"success":true,"errors":[],"created":false}`},
		{"upsert by Username makes the one who is not", `{"id":"<005>","success":true,"errors":[],"created":true}`},
		{"create three, one of them badly", `[{"id":"<005>","success":true,"errors":[]},{"success":false,"errors":[{"statusCode":"DUPLICATE_USERNAME","message":"Duplicate Username.<br>The username already exists in this or another Salesforce organization. Usernames must be unique across all Salesforce organizations. To resolve, use a different username (it doesn't need to match the user's email address). ","fields":["Username"]}]},{"id":"<005>","success":true,"errors":[]}]`},
		{"create three or none", `[{"success":false,"errors":[{"statusCode":"ALL_OR_NONE_OPERATION_ROLLED_BACK","message":"Record rolled back because not all records were valid and the request was using AllOrNone header","fields":[]}]},{"success":false,"errors":[{"statusCode":"DUPLICATE_USERNAME","message":"Duplicate Username.<br>The username already exists in this or another Salesforce organization. Usernames must be unique across all Salesforce organizations. To resolve, use a different username (it doesn't need to match the user's email address). ","fields":["Username"]}]},{"success":false,"errors":[{"statusCode":"ALL_OR_NONE_OPERATION_ROLLED_BACK","message":"Record rolled back because not all records were valid and the request was using AllOrNone header","fields":[]}]}]`},
		{"nobody of those was made", `0`},
		{"update two", `[{"id":"<005>","success":true,"errors":[]},{"id":"<005>","success":true,"errors":[]}]`},
		{"retrieve two of three ids", `[["Alan","of Alan"],["Grace","of Grace"],null]`},
		{"two hundred at once", `{"made":200,"well":200}`},
		{"more than two hundred are split where that is allowed", `{"made":230,"well":230}`},
		{"assign a permission set, twice", `[{"id":"<0Pa>","success":true,"errors":[]},{"thrown":"DUPLICATE_VALUE","message":"Duplicate PermissionSetAssignment.  Assignee: <005>; Permission Set: <0PS>"}]`},
		{"take assignments away", `[{"id":"<0Pa>","success":true,"errors":[]}]`},
		{"make and delete a group", `[{"id":"<011>","success":true,"errors":[]},{"id":"<011>","success":true,"errors":[]},{"id":"<00G>","success":true,"errors":[]}]`},
		{"several calls in one", `[["person",201,true],["again",200,"Kurt"]]`},
		{"set a password", `null`},
		{"freeze somebody", `true`},
	})
}

func TestJsforceIsToldWhatIsWrong(t *testing.T) {
	tell(t, begin(t, setting{people: 10}), "jsforce/errors.js", []line{
		{"a Username that is taken", `{"thrown":"DUPLICATE_USERNAME","message":"Duplicate Username.<br>The username already exists in this or another Salesforce organization. Usernames must be unique across all Salesforce organizations. To resolve, use a different username (it doesn't need to match the user's email address). ","fields":["Username"]}`},
		{"fields that are missing", `{"thrown":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [Email, Alias, TimeZoneSidKey, LocaleSidKey, EmailEncodingKey, ProfileId, LanguageLocaleKey]","fields":["Email","Alias","TimeZoneSidKey","LocaleSidKey","EmailEncodingKey","ProfileId","LanguageLocaleKey"]}`},
		{"a value outside a picklist", `{"thrown":"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST","message":"Time Zone: bad value for restricted picklist field: Europe/Atlantis","fields":["TimeZoneSidKey"]}`},
		{"a field that does not exist", `{"thrown":"INVALID_FIELD","message":"No such column 'Nope' on sobject of type User"}`},
		{"a text that is too long", `{"thrown":"STRING_TOO_LONG","message":"Alias: data value too large: much too long (max length=8)","fields":["Alias"]}`},
		{"an e-mail address that is none", `{"thrown":"INVALID_EMAIL_ADDRESS","message":"Email: invalid email address: nobody","fields":["Email"]}`},
		{"a reference to nothing", `{"thrown":"INVALID_CROSS_REFERENCE_KEY","message":"invalid cross reference id"}`},
		{"an id that is none", `{"thrown":"NOT_FOUND","message":"Provided external ID field does not exist or is not accessible: nope"}`},
		{"a record that is not there", `{"thrown":"NOT_FOUND","message":"The requested resource does not exist"}`},
		{"an object that does not exist", `{"thrown":"NOT_FOUND","message":"The requested resource does not exist"}`},
		{"a user cannot be deleted", `{"thrown":"INSUFFICIENT_ACCESS_OR_READONLY","message":"insufficient access rights on object id"}`},
		{"a query that is none", `{"thrown":"MALFORMED_QUERY","message":"\nSELECT Id FORM User\n              ^\nERROR at Row:1:Column:15\nunexpected token: 'User'"}`},
		{"a query of a field that does not exist", `{"thrown":"INVALID_FIELD","message":"\nSELECT Nope FROM User\n       ^\nERROR at Row:1:Column:8\nNo such column 'Nope' on entity 'User'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."}`},
		{"a query of an object that does not exist", `{"thrown":"INVALID_TYPE","message":"\nSELECT Id FROM Nope\n               ^\nERROR at Row:1:Column:16\nsObject type 'Nope' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."}`},
		{"a resource that does not exist", `{"thrown":"NOT_FOUND","message":"The requested resource does not exist"}`},
		{"a version that does not exist", `{"thrown":"NOT_FOUND","message":"The requested resource does not exist"}`},
		{"a session that never was", `{"thrown":"INVALID_SESSION_ID","message":"Session expired or invalid"}`},
		{"upsert without the value", `{"thrown":"NOT_FOUND","message":"Provided external ID field does not exist or is not accessible: Username"}`},
	})
}

func TestJsforceAsks(t *testing.T) {
	tell(t, begin(t, setting{people: 4100}), "jsforce/query.js", []line{
		{"a page holds 2,000 records", `{"totalSize":true,"done":false,"records":2000,"next":true}`},
		{"the next pages come by their address", `{"pages":3,"last":true,"sum":true}`},
		{"all of them by autoFetch", `{"all":true,"distinct":true}`},
		{"smaller pages on request", `200`},
		{"a count", `{"records":[],"totalSize":4103,"done":true}`},
		{"conditions in words", `[["admin@acme.example","System Administrator","CEO"]]`},
		{"children in their parent", `["System Administrator",1,"admin@acme.example"]`},
		{"groups with counts", `[[{"type":"AggregateResult"},"Cloud Integration User",true]]`},
		{"a quote in a value is escaped", `0`},
		{"a backslash is not, which is refused", `{"thrown":"MALFORMED_QUERY","message":"Invalid string literal 'Back\\slash'. Illegal character sequence '\\s' in string literal."}`},
		{"dates", `true`},
		{"the object is described", `{"name":"User","keyPrefix":"005","deletable":false,"Username":{"type":"string","length":80,"nillable":false,"createable":true,"updateable":true,"filterable":true,"unique":false,"idLookup":true,"restrictedPicklist":false},"UserRoleId":{"type":"reference","length":18,"nillable":true,"createable":true,"updateable":true,"filterable":true,"unique":false,"idLookup":false,"restrictedPicklist":false},"LocaleSidKey":{"type":"picklist","length":40,"nillable":false,"createable":true,"updateable":true,"filterable":true,"unique":false,"idLookup":false,"restrictedPicklist":true}}`},
		{"all objects are described", `{"encoding":"UTF-8","maxBatchSize":200,"User":["User","005","/services/data/v66.0/sobjects/User/describe"],"Profile":true}`},
		{"a search", `["admin@acme.example"]`},
		{"what was changed lately", `[true,[true]]`},
		{"the resources of the version", `["identity","limits","query","sobjects"]`},
		{"the limits", `{"Max":15000,"less":true,"usage":15000}`},
	})
}

func TestJsforceGetsInWithoutABrowser(t *testing.T) {
	tell(t, begin(t, setting{app: everyFlow, login: simulator.LoginPolicy{PasswordFlow: true}}), "jsforce/grants.js", []line{
		{"by client credentials", `[{"id":"<005>","organizationId":"<00D>","url":"<address>/id/<00D>/<005>"},"<address>",null,"admin@acme.example"]`},
		{"by username and password", `[{"id":"<005>","organizationId":"<00D>","url":"<address>/id/<00D>/<005>"},1]`},
		{"by username and password, whose session is renewed by both again", `[1,true]`},
		{"by a wrong password", `{"thrown":"invalid_grant","message":"authentication failure"}`},
		{"by a wrong secret", `{"thrown":"invalid_client","message":"invalid client credentials"}`},
		{"by SOAP, as the first tutorial has it", `["<00D>","<address>",1,"INVALID_SESSION_ID"]`},
		{"by SOAP with a wrong password", `{"thrown":"Error","message":"INVALID_LOGIN: Invalid username, password, security token; or user locked out."}`},
		{"by a flow that does not exist", `{"thrown":"unsupported_grant_type","message":"grant type not supported"}`},
	})
}

func TestJsforceWeathersABadDay(t *testing.T) {
	tell(t, begin(t, setting{}), "jsforce/weather.js", []line{
		{"a maintenance page is waited for", `1`},
		{"a connection that is reset before the answer to a question is tried again", `1`},
		{"a locked row is an error, for the program to try again", `["UNABLE_TO_LOCK_ROW",true]`},
		{"an allocation that is used up is an error", `{"thrown":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}`},
		{"a write whose answer gets lost is done all the same", `["ECONNRESET","Lost"]`},
		{"an expired session is an error without a refresh token", `{"thrown":"INVALID_SESSION_ID","message":"Session expired or invalid"}`},
	})
}
