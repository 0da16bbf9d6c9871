package simulator

// issueCode makes the authorization code of an approved request.
func (a *authority) issueCode(request authorizeRequest, userID string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, c := range a.codes {
		if a.now().Sub(c.issued) > codeLife {
			delete(a.codes, key)
		}
	}
	key := newCode()
	a.codes[key] = &code{request: request, userID: userID, issued: a.now()}
	return key
}

// takeCode uses a code up. One that was used, is older than 15 minutes or
// never was is "expired" in Salesforce's words.
func (a *authority) takeCode(key string) (*code, *oauthError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, ok := a.codes[key]
	delete(a.codes, key)
	if !ok || a.now().Sub(c.issued) > codeLife {
		return nil, &oauthError{"invalid_grant", "expired authorization code"}
	}
	return c, nil
}

// hold reserves the grant of a refresh token for one request.
func (a *authority) hold(token string) (*grant, *oauthError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if g := a.retired[token]; g != nil {
		a.revokeLocked(g) // one reuse of an old token ends everything
		return nil, expiredToken()
	}
	g := a.current[token]
	switch {
	case g == nil:
		return nil, expiredToken()
	case g.busy:
		return nil, stillProcessing()
	}
	g.busy = true
	return g, nil
}

// release ends a hold, with a successor token when tokens rotate. It says
// whether the grant is still alive.
func (a *authority) release(g *grant, successor string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	g.busy = false
	if g.revoked {
		return false
	}
	if successor != "" {
		delete(a.current, g.refresh)
		a.retired[g.refresh] = g
		g.refresh = successor
		a.current[successor] = g
	}
	return true
}
