package simulator

import (
	"errors"
	"fmt"

	"scimforce/salesforce/simulator/authority"
	"scimforce/salesforce/simulator/org"
)

// Authority is the OAuth side, with levers for users of any org and any app.
func (s *Simulator) Authority() *authority.Authority { return s.auth }

// Grant makes a grant of Config.App for the user without the browser, as if he
// had logged in and pressed Allow, and returns its refresh token.
func (s *Simulator) Grant(username string) (refreshToken string, err error) {
	refreshToken, err = s.auth.Grant(username, "", "")
	return refreshToken, inSimulator(err)
}

// GrantToken is Grant with a given refresh token.
func (s *Simulator) GrantToken(username, refreshToken string) error {
	if refreshToken == "" {
		return errors.New("simulator: empty refresh token")
	}
	_, err := s.auth.Grant(username, "", refreshToken)
	return inSimulator(err)
}

// AccessToken starts a session for the user and returns its access token, for
// tests of the REST side that care nothing for OAuth.
func (s *Simulator) AccessToken(username string) (string, error) {
	token, err := s.auth.AccessToken(username, "")
	return token, inSimulator(err)
}

func inSimulator(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("simulator: %w", err)
}

// SetApp adds an app, or replaces the settings of the one with its consumer
// key; grants and sessions stay.
func (s *Simulator) SetApp(app App) error { return inSimulator(s.auth.SetApp(app)) }

// SetLoginPolicy changes what the administrator of an org settled for all apps.
func (s *Simulator) SetLoginPolicy(o *org.Org, policy LoginPolicy) error {
	return inSimulator(s.auth.SetLoginPolicy(o, policy))
}

// RevokeAll ends every grant and every session: refresh tokens answer
// invalid_grant, access tokens INVALID_SESSION_ID.
func (s *Simulator) RevokeAll() { s.auth.RevokeAll() }

// ExpireSessions makes every access token INVALID_SESSION_ID. Grants live on.
func (s *Simulator) ExpireSessions() { s.auth.ExpireSessions() }

// ExpireSession makes one access token INVALID_SESSION_ID.
func (s *Simulator) ExpireSession(token string) { s.auth.ExpireSession(token) }
