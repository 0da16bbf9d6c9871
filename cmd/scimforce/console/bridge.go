package console

import (
	"context"

	"scimforce/cmd/scimforce/doctor"
	"scimforce/oauth"
	"scimforce/salesforce"
)

// Bridge is what the console asks of the running bridge.
type Bridge interface {
	// Reload has the bridge take up connections that were saved or removed.
	Reload(ctx context.Context) error
	// Live gives what speaks to the org of a connection; false when the bridge
	// does not run it.
	Live(ctx context.Context, name string) (*oauth.Authorizer, *salesforce.Client, bool)
	// Diagnose examines a connection. It asks Salesforce harmless questions only.
	Diagnose(ctx context.Context, name string) (doctor.Report, error)
	// Disconnect revokes the grant at Salesforce, removes the connection and
	// forgets what was remembered of its records.
	Disconnect(ctx context.Context, name string) error
}
