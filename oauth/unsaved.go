package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/oauth2"
)

// storeRetry is how often a store that did not take a successor is offered it
// again, far more often than others wait for it: see attemptLife.
const storeRetry = time.Second

// rotation is a refresh that the login host has answered.
type rotation struct {
	from   grant
	answer *oauth2.Token
}

// save stores the successor and gives the access token. A failing store keeps
// the successor in memory, and the access token unused, until it takes it.
// errSuperseded when another grant has taken the place of the one refreshed.
func (a *Authorizer) save(ctx context.Context, r rotation) (*oauth2.Token, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if err := a.put(ctx, r); err != nil {
		return nil, err
	}
	return handOut(r.answer)
}

// put stores the successor; one that the store does not take is kept, and
// offered to it again until it does.
func (a *Authorizer) put(ctx context.Context, r rotation) error {
	err := a.store.succeed(ctx, r.from, r.answer.RefreshToken, a.now().UnixMilli())
	if err != nil && !errors.Is(err, errSuperseded) {
		a.keepUnsaved(ctx, r)
		return &UnavailableError{
			Code:   StoreFailed,
			Reason: "the store did not take the new refresh token, so the access token is not used; do not stop the bridge before the store is mended",
			Cause:  err,
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unsaved = nil
	if err == nil {
		a.logger.InfoContext(ctx, "access token refreshed", "refresh_token_rotated", r.answer.RefreshToken != r.from.refreshToken)
	}
	return err
}

// saveUnsaved stores what an earlier call could not. nil, nil: there was
// nothing, or it was superseded.
func (a *Authorizer) saveUnsaved(ctx context.Context) (*oauth2.Token, error) {
	a.mu.Lock()
	r := a.unsaved
	a.mu.Unlock()
	if r == nil {
		return nil, nil
	}
	token, err := a.save(ctx, *r)
	if errors.Is(err, errSuperseded) {
		return nil, nil
	}
	return token, err
}

// keepUnsaved keeps a successor, and offers it to the store again whether or not
// somebody asks for a token: other processes wait for it, and not for ever.
func (a *Authorizer) keepUnsaved(ctx context.Context, r rotation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unsaved = &r
	if a.closed || a.offering {
		return // Close does it, or it is being done
	}
	a.offering = true
	ctx = context.WithoutCancel(ctx)
	a.flights.Go(func() { a.offer(ctx) })
}

// offer stores the unsaved successor and makes its access token the current one.
func (a *Authorizer) offer(ctx context.Context) {
	timer := time.NewTicker(storeRetry)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-a.closing:
			return
		}
		token, err := a.saveUnsaved(ctx)
		a.mu.Lock()
		if a.unsaved == nil {
			a.offering = false
			if err == nil && token != nil && a.current == nil {
				a.succeed(token)
				a.noteUse(ctx)
			}
			a.mu.Unlock()
			return
		}
		a.mu.Unlock()
	}
}

// saveLast stores the unsaved successor at the end, for as long as ctx lasts.
func (a *Authorizer) saveLast(ctx context.Context) error {
	for {
		a.mu.Lock()
		r := a.unsaved
		a.mu.Unlock()
		if r == nil {
			return nil
		}
		err := a.put(ctx, *r)
		if err == nil || errors.Is(err, errSuperseded) {
			return nil
		}
		if !pause(ctx, storeRetry) {
			return fmt.Errorf("oauth: the new refresh token is lost with this process: %w", err)
		}
	}
}
