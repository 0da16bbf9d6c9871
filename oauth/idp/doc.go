// Package idp is the room that knows who calls the bridge: the credentials of
// identity providers.
//
// [Authenticator.Authenticate] reads one request's Authorization header: a
// token of this bridge as a bearer token (RFC 6750) or as the password of
// HTTP Basic (RFC 7617), or an access token that [Authenticator.TokenEndpoint]
// gave for one (RFC 6749 section 4.4), or a JWT of a configured [Issuer]. What
// comes of it is a [Caller]: a name for logs, the connection it may work with,
// and what it may do there.
//
// Its tables hold hashes and never a secret: whoever reads the database can
// authenticate as nobody.
//
// Nothing of SCIM, of Salesforce or of sessions of people may enter.
package idp
