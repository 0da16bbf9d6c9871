package clients

import (
	"testing"

	"scimforce/salesforce/simulator"
)

func TestSimpleSalesforceWorksWithASessionMadeElsewhere(t *testing.T) {
	tell(t, begin(t, setting{people: 2500, serve: serveTLS}), "simple_salesforce/records.py", []line{
		{"create one", `{"id": "<005>", "success": true, "errors": []}`},
		{"read it back", `{"attributes": {"type": "User", "url": "/services/data/v59.0/sobjects/User/<005>"}, "Id": "<005>", "Username": "ada@acme.example", "Name": "Ada ada", "IsActive": true, "UserType": "Standard"}`},
		{"read it by Username", `true`},
		{"update it", `204`},
		{"upsert changes the one who is there", `200`},
		{"upsert makes the one who is not", `201`},
		{"the changes are there", `{"totalSize": 1, "done": true, "records": [{"attributes": {"type": "User", "url": "/services/data/v59.0/sobjects/User/<005>"}, "Title": "Countess", "Department": "Analysis"}]}`},
		{"a quote in a value is escaped", `"oneil@acme.example"`},
		{"a list of values", `["ada@acme.example", "charles@acme.example"]`},
		{"more than 2,000 in one list", `{"all": true, "distinct": true, "done": true}`},
		{"more than 2,000 one after the other", `true`},
		{"deleted records too", `[204, 0]`},
		{"many at once", `[200, true]`},
		{"set a password", `null`},
		{"the object is described", `{"name": "User", "fields": true, "some": ["FederationIdentifier", "ManagerId", "Username"]}`},
		{"all objects are described", `["User"]`},
		{"what the object is", `"005"`},
		{"the limits", `{"Max": 15000, "header": 15000, "used": true}`},
		{"the organization", `[false, "Acme"]`},
		{"a Username that is taken", `{"thrown": "SalesforceMalformedRequest", "status": 400, "content": [{"message": "Duplicate Username.<br>The username already exists in this or another Salesforce organization. Usernames must be unique across all Salesforce organizations. To resolve, use a different username (it doesn't need to match the user's email address). ", "errorCode": "DUPLICATE_USERNAME", "fields": ["Username"]}]}`},
		{"fields that are missing", `{"thrown": "SalesforceMalformedRequest", "status": 400, "content": [{"message": "Required fields are missing: [Username, Email, Alias, TimeZoneSidKey, LocaleSidKey, EmailEncodingKey, ProfileId, LanguageLocaleKey]", "errorCode": "REQUIRED_FIELD_MISSING", "fields": ["Username", "Email", "Alias", "TimeZoneSidKey", "LocaleSidKey", "EmailEncodingKey", "ProfileId", "LanguageLocaleKey"]}]}`},
		{"a record that is not there", `{"thrown": "SalesforceResourceNotFound", "status": 404, "content": [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]}`},
		{"a query that is none", `{"thrown": "SalesforceMalformedRequest", "status": 400, "content": [{"message": "\nSELECT Id FORM User\n              ^\nERROR at Row:1:Column:15\nunexpected token: 'User'", "errorCode": "MALFORMED_QUERY"}]}`},
		{"an object that does not exist", `{"thrown": "SalesforceResourceNotFound", "status": 404, "content": [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]}`},
		{"a user cannot be deleted", `{"thrown": "SalesforceMalformedRequest", "status": 400, "content": [{"message": "insufficient access rights on object id", "errorCode": "INSUFFICIENT_ACCESS_OR_READONLY", "fields": []}]}`},
		{"a search", `["User"]`},
		{"what was changed and deleted lately", `[true, 1]`},
		{"a maintenance page raises", `{"thrown": "SalesforceGeneralError", "status": 503, "content": "a page"}`},
		{"a locked row raises", `{"thrown": "SalesforceMalformedRequest", "status": 400, "content": [{"message": "unable to obtain exclusive access to this record or 1 records: <005>", "errorCode": "UNABLE_TO_LOCK_ROW", "fields": []}]}`},
		{"a session that expires in the middle raises", `{"thrown": "SalesforceExpiredSession", "status": 401, "content": [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]}`},
		{"and the client does not renew one that it did not make", `{"thrown": "SalesforceExpiredSession", "status": 401, "content": [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]}`},
	})
}

func TestSimpleSalesforceLogsIn(t *testing.T) {
	tell(t, begin(t, setting{serve: serveTLS, app: everyFlow, login: simulator.LoginPolicy{PasswordFlow: true}, signed: true}), "simple_salesforce/login.py", []line{
		{"by client credentials", `["acme.my.salesforce.com", "admin@acme.example"]`},
		{"by username and password", `["acme.my.salesforce.com", "admin@acme.example"]`},
		{"by a signed JWT", `["acme.my.salesforce.com", "admin@acme.example"]`},
		{"by SOAP, as the first tutorial has it", `["acme.my.salesforce.com", "admin@acme.example"]`},
		{"by SOAP with a wrong password", `{"thrown": "SalesforceAuthenticationFailed", "status": 401, "content": "Invalid username, password, security token; or user locked out."}`},
		{"a wrong secret", `{"thrown": "SalesforceAuthenticationFailed", "status": 401, "content": "invalid client credentials"}`},
		{"a wrong password", `{"thrown": "SalesforceAuthenticationFailed", "status": 401, "content": "authentication failure"}`},
		{"a JWT for nobody", `{"thrown": "SalesforceAuthenticationFailed", "status": 401, "content": "user hasn't approved this consumer"}`},
		{"a session that expires in the middle is renewed", `[1, true]`},
		{"the identity service knows whose the session is", `{"user_id": "<005>", "organization_id": "<00D>", "preferred_username": "admin@acme.example"}`},
	})
}
