package doctor

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"scimforce/oauth"
	"scimforce/salesforce"
	"scimforce/salesforce/soql"
)

// findings are the answers to all questions, before anybody judges them.
type findings struct {
	config Config

	token    *oauth2.Token
	tokenErr error

	// answers are those of one composite; orgErr is why there are none.
	answers map[string]salesforce.Subresponse
	orgErr  error

	userFields    *salesforce.Description
	userFieldsErr error

	skew    time.Duration // Salesforce's clock ahead of ours
	skewErr error

	certificate *x509.Certificate // of the public URL
	publicErr   error
}

// The questions of the one composite.
const (
	askMe           = "me"
	askMyProfile    = "myProfile"
	askLogin        = "login"
	askOrganization = "organization"
	askProfiles     = "profiles"
	askSets         = "sets"
)

// ask asks everything: one composite, one describe, and two requests that
// count against no allocation.
func ask(ctx context.Context, c Config) findings {
	f := findings{config: c}
	f.publicErr = f.askPublic(ctx)
	if f.token, f.tokenErr = c.Authorizer.Token(ctx); f.tokenErr != nil {
		return f
	}
	f.skew, f.skewErr = f.askClock(ctx)
	if f.orgErr = f.askOrg(ctx); oauth.IsGrantLost(f.orgErr) || oauth.IsUnavailable(f.orgErr) {
		f.tokenErr = f.orgErr // the token was good no more, and there is no other
	}
	return f
}

func (f *findings) askOrg(ctx context.Context) error {
	c := f.config
	me, err := c.Salesforce.RunningUser(ctx)
	if err != nil {
		return err
	}
	if f.answers, err = c.Salesforce.Composite(ctx, false, questions(me, c.DefaultProfile)...); err != nil {
		return err
	}
	f.userFields, f.userFieldsErr = c.Salesforce.Describe(ctx, "User")
	return nil
}

func questions(me, defaultProfile string) []salesforce.Subrequest {
	mine := soql.Select{Fields: []string{"PermissionSetId"}, From: "PermissionSetAssignment", Where: soql.Eq("AssigneeId", me)}
	names := []string{"Id"}
	for _, p := range required() {
		names = append(names, "Permissions"+p.name)
	}
	all := []struct {
		ref   string
		query soql.Select
	}{
		{askMyProfile, soql.Select{Fields: []string{"Id", "ProfileId", "Profile.Name"}, From: "User", Where: soql.Eq("Id", me)}},
		{askLogin, soql.Select{Fields: []string{"Id", "IsFrozen"}, From: "UserLogin", Where: soql.Eq("UserId", me)}},
		{askOrganization, soql.Select{Fields: []string{"Id", "Name", "OrganizationType"}, From: "Organization"}},
		{askProfiles, soql.Select{
			Fields: []string{"Id", "Name", "UserLicense.Name", "UserLicense.Status", "UserLicense.TotalLicenses", "UserLicense.UsedLicenses"},
			From:   "Profile", Where: soql.Eq("Name", defaultProfile),
		}},
		// A profile is a permission set too, and a group's set holds the sum of
		// its parts (Object Reference, PermissionSet). One that a session has to
		// activate gives an integration nothing.
		{askSets, soql.Select{Fields: names, From: "PermissionSet", Where: soql.And(soql.InSelect("Id", mine), soql.Eq("HasActivationRequired", false))}},
	}
	// Five queries are what a composite may hold.
	subs := []salesforce.Subrequest{salesforce.GetSub(askMe, "User", me, "Username", "IsActive")}
	for _, one := range all {
		text, err := one.query.Build()
		if err != nil {
			continue // made of constants and an id; a missing answer is "unknown"
		}
		subs = append(subs, salesforce.QuerySub(one.ref, text))
	}
	return subs
}

// askClock compares the Date of an answer with our clock at the middle of the
// request. The list of API versions needs no token and counts as no call.
func (f findings) askClock(ctx context.Context) (time.Duration, error) {
	instance, _ := f.token.Extra("instance_url").(string)
	if instance == "" {
		return 0, errors.New("the token names no instance URL")
	}
	before := f.config.Now()
	answer, err := f.get(ctx, instance+"/services/data/")
	if err != nil {
		return 0, err
	}
	after := f.config.Now()
	theirs, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return 0, errors.New("the answer has no usable Date header")
	}
	// Date has whole seconds, cut off.
	return theirs.Add(500 * time.Millisecond).Sub(before.Add(after.Sub(before) / 2)), nil
}

// askPublic asks the bridge for its health through its public address.
func (f *findings) askPublic(ctx context.Context) error {
	if f.config.PublicURL == "" {
		return nil
	}
	answer, err := f.get(ctx, f.config.PublicURL+"/healthz")
	if err != nil {
		return err
	}
	if answer.TLS != nil && len(answer.TLS.PeerCertificates) > 0 {
		f.certificate = answer.TLS.PeerCertificates[0]
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("it answered %s", answer.Status)
	}
	return nil
}

// get asks for a page and reads a little of it. The body is closed already.
func (f findings) get(ctx context.Context, address string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	answer, err := f.config.HTTPClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 16<<10))
	return answer, nil
}

// records are the answer to a question, or why there is none.
func (f findings) records(ref string) ([]salesforce.Record, error) {
	if f.orgErr != nil {
		return nil, f.orgErr
	}
	answer, ok := f.answers[ref]
	if !ok {
		return nil, errors.New("it was not asked")
	}
	return answer.Records(), answer.Err()
}

// first is the first record of an answer.
func (f findings) first(ref string) (salesforce.Record, error) {
	records, err := f.records(ref)
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, errors.New("the answer is empty")
	}
	return records[0], nil
}

// reached is why nothing could be asked in the org, nil when it could.
func (f findings) reached() error { return errors.Join(f.tokenErr, f.orgErr) }
