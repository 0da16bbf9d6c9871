package idp

// Issuer is an authorization server whose signed tokens are let in, for one
// connection: as bearer tokens of SCIM requests, and as client assertions at
// the token endpoint (RFC 7523).
type Issuer struct {
	// Name is what logs and the audit show, and a client id that an assertion
	// of this issuer may come with. Required, and unlike all others.
	Name string
	// Issuer is the iss of its tokens, letter for letter. Required.
	Issuer string
	// Audiences are the aud values that are meant for this bridge; one
	// suffices. Required.
	Audiences []string
	// Subjects and Clients are whom to let in, by the token's sub, or by its
	// azp, appid or client_id. One match suffices; "*" is anybody to whom the
	// issuer gives such a token. One of the two is required.
	Subjects, Clients []string
	// JWKSURL is where its keys are. Default: what the issuer's
	// /.well-known/openid-configuration says.
	JWKSURL string
	// Connection is the authorized org it works with, Scope what it may do.
	Connection string
	Scope      Scope
}
