package console

// OIDCConfig is how to sign in by an OpenID Connect provider.
type OIDCConfig struct {
	Name string // of the provider, as the button shows it
}
