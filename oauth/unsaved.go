package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/oauth2"
)

// storeRetry is how often a store that did not take a successor is offered it
// again, and offerTimeout bounds each time: others wait for it for attemptLife.
const storeRetry, offerTimeout = time.Second, 5 * time.Second

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
// offered to it again until it does, and one that is superseded is given back.
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
	a.unsaved = nil
	a.mu.Unlock()
	if err != nil {
		a.giveBack(ctx, r.from, r.answer.RefreshToken)
		return err
	}
	a.logger.InfoContext(ctx, "access token refreshed", "refresh_token_rotated", r.answer.RefreshToken != r.from.refreshToken)
	return nil
}

// saveUnsaved stores what an earlier call could not. nil, nil: there was
// nothing, or it was superseded.
func (a *Authorizer) saveUnsaved(ctx context.Context) (*oauth2.Token, error) {
	r := a.waiting()
	if r == nil {
		return nil, nil
	}
	token, err := a.save(ctx, *r)
	if errors.Is(err, errSuperseded) {
		return nil, nil
	}
	return token, err
}

// waiting is the successor that is not stored, nil for none.
func (a *Authorizer) waiting() *rotation {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unsaved
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

// offer offers the unsaved successor until it is stored, and makes its access
// token the current one.
func (a *Authorizer) offer(ctx context.Context) {
	ticker := time.NewTicker(storeRetry)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-a.closing:
			return
		}
		if r, err := a.offerOnce(ctx); err == nil && a.endOffer(ctx, r) {
			return
		}
	}
}

// endOffer takes note that r is stored, nil for nothing; false when there is
// another one to store by now.
func (a *Authorizer) endOffer(ctx context.Context, r *rotation) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.unsaved != nil {
		return false
	}
	a.offering = false
	if r == nil || a.current != nil {
		return true
	}
	if token, err := handOut(r.answer); err == nil {
		a.succeed(token)
		a.noteUse(ctx)
	}
	return true
}

// offerOnce stores the unsaved successor; nil, nil when there is none any more.
func (a *Authorizer) offerOnce(ctx context.Context) (*rotation, error) {
	r := a.waiting()
	if r == nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, offerTimeout)
	defer cancel()
	err := a.put(ctx, *r)
	if errors.Is(err, errSuperseded) {
		return nil, nil
	}
	return r, err
}

// saveLast stores the unsaved successor at the end, for as long as ctx lasts.
func (a *Authorizer) saveLast(ctx context.Context) error {
	for {
		_, err := a.offerOnce(ctx)
		if err == nil {
			return nil
		}
		if !pause(ctx, storeRetry) {
			return fmt.Errorf("oauth: the new refresh token is lost with this process: %w", err)
		}
	}
}
