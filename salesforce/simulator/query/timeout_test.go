package query

import (
	"context"
	"errors"
	"testing"

	"scimforce/salesforce/simulator/org"
)

func TestAQueryEndsWithItsContext(t *testing.T) {
	o := newOrg(t, 3*patience)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, statement := range []string{
		"SELECT Id FROM User WHERE Title = 'x'",
		"SELECT COUNT() FROM User WHERE Title = 'x'",
		"SELECT Title, COUNT(Id) FROM User GROUP BY Title",
		"SELECT Id FROM User ORDER BY Title",
		"SELECT Id FROM Profile WHERE Id IN (SELECT ProfileId FROM User WHERE Title != 'x')",
		"SELECT Id, (SELECT Id FROM ManagedUsers) FROM User LIMIT 10",
	} {
		_, err := Query{Text: statement}.Answer(ctx, o, org.Actor{})
		var refused *Error
		if !errors.As(err, &refused) || refused.Status != 400 || refused.Code != "QUERY_TIMEOUT" {
			t.Errorf("%s: %v", statement, err)
		}
		if _, err := (Query{Text: statement}).Answer(t.Context(), o, org.Actor{}); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
}
