package salesforce

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
)

// RunningUser is the id of the user as whom this client acts, 18 characters:
// the end of the identity URL https://login.salesforce.com/id/00D…/005… that
// came with the token. Tokens of JWT form come without one; then the list of
// resources of the API is asked, which names it too.
func (c *Client) RunningUser(ctx context.Context) (string, error) {
	token, err := c.authorizer.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("salesforce: access token: %w", err)
	}
	if token != nil {
		identity, _ := token.Extra("id").(string)
		if id, ok := userOf(identity); ok {
			return id, nil
		}
	}
	var resources struct {
		Identity string `json:"identity"`
	}
	err = c.do(ctx, request{
		method: http.MethodGet, path: "/", resource: "/",
		read: func(a answer) error { return a.decode(&resources) },
	})
	if err != nil {
		return "", err
	}
	id, ok := userOf(resources.Identity)
	if !ok {
		return "", errors.New("salesforce: neither the token nor the API tells the running user")
	}
	return id, nil
}

func userOf(identity string) (string, bool) {
	id, ok := ID18(path.Base(identity))
	return id, ok && id[:3] == "005"
}
