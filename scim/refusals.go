package scim

import (
	"net/http"
	"time"

	scimerrors "github.com/elimity-com/scim/errors"
)

// refusal says what one Salesforce error code means to an identity provider.
type refusal struct {
	// status is the HTTP status answered. Never 401, 403 or 404: those say
	// something of the IdP's own credential or of the resource it named, and
	// Entra quarantines a whole provisioning job for them.
	status int
	// scimType is the keyword of RFC 7644 table 9, "" when none fits.
	scimType scimerrors.ScimType
	// retryAfter is when repeating the request may help, 0 when it will not.
	retryAfter time.Duration
	// advice is what a person can do about it, a sentence of its own.
	advice string
}

const (
	// soon is for what passes by itself: a lock, a restart.
	soon = 15 * time.Second
	// later is for an outage or a limit. Okta doubles the wait on each further
	// 429 and gives up after ten: from one minute that is seventeen hours, about
	// what Salesforce's rolling day needs.
	later = time.Minute
	// afterRepair is for what waits for an administrator.
	afterRepair = 5 * time.Minute
)

// refusals is the one place where a Salesforce error code becomes a SCIM
// answer. The code decides, never the message: messages come in the language
// of the bridge's own Salesforce user. They are quoted in the detail.
//
// Four families:
//   - The value is at fault (400 invalidValue, 409 uniqueness): the IdP shows
//     the detail at the person and tries again when somebody changed something.
//   - The org has no room or a rule of its own (400 without a scimType). A
//     spent licence is here and not under 429: Okta shows a 400's detail in its
//     task list and lets the administrator repeat it, Entra repeats it in a
//     later cycle by itself, whereas a 429 would make Okta hold up everybody
//     else's provisioning behind one person who cannot have a seat.
//   - The bridge's own access is at fault (503, after repair; 500 where it is
//     set up against something that does not exist).
//   - Salesforce is busy or down (429, 503, with Retry-After).
//
// unverified: that these codes reach a client of User, Group and their
// assignments is not recorded anywhere: DUPLICATE_DEVELOPER_NAME,
// DUPLICATE_EXTERNAL_ID, FIELD_FILTER_VALIDATION_EXCEPTION, INVALID_ID_FIELD,
// LIMIT_EXCEEDED, DEPENDENCY_EXISTS, INVALID_LOGIN, INVALID_AUTH_HEADER,
// CLIENT_NOT_ACCESSIBLE_FOR_USER, FUNCTIONALITY_NOT_ENABLED and
// FUNCTIONALITY_TEMPORARILY_UNAVAILABLE, LOGIN_RATE_EXCEEDED by REST,
// SERVICE_UNAVAILABLE. They cost nothing here if they never come.
func refusals() map[string]refusal {
	table := map[string]refusal{}
	add := func(r refusal, codes ...string) {
		for _, code := range codes {
			table[code] = r
		}
	}

	const unique, invalid, mutability = scimerrors.ScimTypeUniqueness, scimerrors.ScimTypeInvalidValue, scimerrors.ScimTypeMutability

	// The value is taken.
	add(refusal{http.StatusConflict, unique, 0, "A username is unique over all Salesforce orgs, sandboxes and trials included: the user who has it may be in another org, where no search from here can find him. Choose another userName, or change it there."},
		"DUPLICATE_USERNAME")
	add(refusal{http.StatusConflict, unique, 0, "Send another nickName, or none: then one is made from the userName."},
		"DUPLICATE_COMM_NICKNAME")
	add(refusal{http.StatusConflict, unique, 0, "Another record of the org has this value and it must be unique. Choose another, or change it there."},
		"DUPLICATE_VALUE", "DUPLICATE_DEVELOPER_NAME", "DUPLICATES_DETECTED", "DUPLICATE_EXTERNAL_ID", "PORTAL_USER_ALREADY_EXISTS_FOR_CONTACT")

	// The value is not acceptable.
	add(refusal{http.StatusBadRequest, invalid, 0, "Map the missing attribute in the identity provider, or set a default in the bridge's configuration."},
		"REQUIRED_FIELD_MISSING", "MISSING_ARGUMENT")
	add(refusal{http.StatusBadRequest, invalid, 0, "Shorten the value in the identity provider."},
		"STRING_TOO_LONG")
	add(refusal{http.StatusBadRequest, invalid, 0, "Send one of the values that the field's picklist has in Setup."},
		"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
	add(refusal{http.StatusBadRequest, invalid, 0, "Correct the e-mail address in the identity provider."},
		"INVALID_EMAIL_ADDRESS")
	add(refusal{http.StatusBadRequest, invalid, 0, "Correct the value in the identity provider."},
		"FIELD_INTEGRITY_EXCEPTION", "FIELD_FILTER_VALIDATION_EXCEPTION", "NUMBER_OUTSIDE_VALID_RANGE", "INVALID_NEW_PASSWORD", "JSON_PARSER_ERROR",
		"OP_WITH_INVALID_USER_TYPE_EXCEPTION", "LIGHT_PORTAL_USER_EXCEPTION", "INVALID_INPUT")
	add(refusal{http.StatusBadRequest, invalid, 0, "A validation rule of the org refuses the value; the text is its author's."},
		"FIELD_CUSTOM_VALIDATION_EXCEPTION")
	add(refusal{http.StatusBadRequest, invalid, 0, "The id names nothing of the kind that is wanted there, or nothing any more: look at profile, role, manager, entitlements and members."},
		"MALFORMED_ID", "INVALID_CROSS_REFERENCE_KEY", "INVALID_ID_FIELD", "ENTITY_IS_DELETED")
	add(refusal{http.StatusBadRequest, invalid, 0, "Somebody who is inactive in Salesforce is named there: activate him first or name another."},
		"INACTIVE_OWNER_OR_USER")

	// What the org does not let happen.
	add(refusal{http.StatusBadRequest, "", 0, "Free a licence by deactivating somebody or taking a grant away, or buy one; then repeat this person in the identity provider."},
		"LICENSE_LIMIT_EXCEEDED")
	add(refusal{http.StatusBadRequest, "", 0, "A limit of the org is reached. Make room in Salesforce, then repeat this person in the identity provider."},
		"STORAGE_LIMIT_EXCEEDED", "LIMIT_EXCEEDED")
	add(refusal{http.StatusBadRequest, mutability, 0, "Salesforce does not let this be changed while something in the org depends on it. Undo that in Setup first."},
		"CANNOT_DISABLE_LAST_ADMIN", "INVALID_OPERATION", "DEPENDENCY_EXISTS", "ENTITY_IS_LOCKED")
	add(refusal{http.StatusBadRequest, "", 0, "Automation of the org (a trigger, a flow or a process) refused it; its author knows why."},
		"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "MIXED_DML_OPERATION")

	// The bridge's own access.
	add(refusal{http.StatusServiceUnavailable, "", afterRepair, "The Salesforce user of the bridge may not do this. He needs API Enabled, Manage Internal Users, Assign Permission Sets, View All Users, View Setup and Configuration and View Roles and Role Hierarchy, and Modify All Data to give profiles that have it."},
		"INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "CANNOT_MODIFY_MANAGED_OBJECT")
	add(refusal{http.StatusServiceUnavailable, "", afterRepair, "The API is off for the org or for the Salesforce user of the bridge. Switch on API Enabled in his profile or permission set; the org's edition must have API access."},
		"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "FUNCTIONALITY_NOT_ENABLED", "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE")
	add(refusal{http.StatusServiceUnavailable, "", afterRepair, "Salesforce does not accept the bridge's session, also not a new one. Look at the connected app's policies and at the Salesforce user of the bridge, then connect again."},
		"INVALID_SESSION_ID", "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "INVALID_LOGIN", "CLIENT_NOT_ACCESSIBLE_FOR_USER", "INVALID_AUTH_HEADER")
	add(refusal{http.StatusInternalServerError, "", 0, "The bridge asks for an object or a field that the org does not have or does not show to the bridge's Salesforce user. Look at the attribute mapping of the bridge's configuration and at field-level security."},
		"INVALID_FIELD", "INVALID_TYPE", "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_QUERY_FILTER_OPERATOR", "MALFORMED_QUERY")
	add(refusal{http.StatusInternalServerError, "", 0, "The org does not know what the bridge asked for. Look at the configured API version and login address."},
		"NOT_FOUND", "UNSUPPORTED_API_VERSION", "METHOD_NOT_ALLOWED", "UNSUPPORTED_MEDIA_TYPE")
	add(refusal{http.StatusBadRequest, scimerrors.ScimTypeTooMany, 0, "Ask for less with one filter."},
		"QUERY_TOO_COMPLICATED", "EXCEEDED_ID_LIMIT")

	// Salesforce is busy or down.
	add(refusal{http.StatusTooManyRequests, "", later, "The org's API allocation is spent or too many calls run at once. It frees itself; other integrations of the org share it."},
		"REQUEST_LIMIT_EXCEEDED", "TOO_MANY_APEX_REQUESTS", "LOGIN_RATE_EXCEEDED")
	add(refusal{http.StatusServiceUnavailable, "", soon, "Somebody else is changing the same thing in Salesforce. Repeat the request."},
		"UNABLE_TO_LOCK_ROW", "DELETE_FAILED")
	add(refusal{http.StatusServiceUnavailable, "", later, "Salesforce could not do it just now. Repeat the request."},
		"SERVER_UNAVAILABLE", "SERVICE_UNAVAILABLE", "UNKNOWN_EXCEPTION", "INTERNAL_ERROR", "QUERY_TIMEOUT", "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
		"INVALID_QUERY_LOCATOR", "ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED")
	return table
}
