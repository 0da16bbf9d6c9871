package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/oauth"
	"scimforce/salesforce"
	"scimforce/salesforce/soql"
)

// askTimeout bounds what a page asks of Salesforce: a page without it is better
// than none.
const askTimeout = 8 * time.Second

func connectionPath(name string) string { return "/connections/" + url.PathEscape(name) }

// state is how a connection is, in a word, and how the word looks.
type state struct{ Kind, Word string }

func stateOf(c oauth.Connection) state {
	switch {
	case c.LastError != "":
		return state{"bad", "Needs you"}
	case c.ConnectedAt.IsZero() && c.LastUsedAt.IsZero():
		return state{"", "Not connected yet"}
	default:
		return state{"good", "Connected"}
	}
}

// connectionRow is a connection in the list, and at the head of its page.
type connectionRow struct {
	oauth.Connection
	Path  string
	State state
}

func rowOf(c oauth.Connection) connectionRow {
	return connectionRow{Connection: c, Path: connectionPath(c.Name), State: stateOf(c)}
}

// showStart lists the connections; without any it leads to the first one.
func (c *Console) showStart(v *visit) (answer, error) {
	connections, err := c.config.Store.Connections(v.Context())
	if err != nil {
		return answer{}, err
	}
	if len(connections) == 0 {
		return redirect("/connect"), nil
	}
	rows := make([]connectionRow, len(connections))
	for i := range connections {
		rows[i] = rowOf(connections[i])
	}
	return answer{template: "connections", title: "Connections", page: rows}, nil
}

// named is the connection that the address names.
func (c *Console) named(v *visit) (oauth.Connection, error) {
	connection, found, err := c.config.Store.Connection(v.Context(), chi.URLParam(v.Request, "name"))
	if err == nil && !found {
		err = notFound("connection")
	}
	return connection, err
}

type connectionPage struct {
	connectionRow
	Org orgFacts
}

// orgFacts is what the org itself tells, as far as it answered.
type orgFacts struct {
	Asked      bool // the bridge runs the connection, and the org was asked
	Problem    string
	APIVersion string
	Name       string
	Edition    string
	Sandbox    bool
	Instance   string
	User       string
	UserName   string
	Used       int
	Limit      int
	Licences   []licence
}

// Left is how many calls of the day's allocation are left.
func (f orgFacts) Left() int { return max(0, f.Limit-f.Used) }

type licence struct {
	Name              string
	Used, Total, Left int
}

func (c *Console) showConnection(v *visit) (answer, error) {
	connection, err := c.named(v)
	if err != nil {
		return answer{}, err
	}
	page := connectionPage{connectionRow: rowOf(connection), Org: c.askOrg(v, connection)}
	return answer{template: "connection", title: connection.Name, page: page}, nil
}

// askOrg asks the org who it is: three small queries, at once.
func (c *Console) askOrg(v *visit, connection oauth.Connection) orgFacts {
	ctx, cancel := context.WithTimeout(v.Context(), askTimeout)
	defer cancel()
	_, client, live := c.config.Bridge.Live(ctx, connection.Name)
	if !live {
		return orgFacts{}
	}
	facts := orgFacts{Asked: true}
	var org, user, licences []salesforce.Record
	var orgErr, userErr, licencesErr error
	var asks sync.WaitGroup
	asks.Go(func() {
		org, orgErr = query(ctx, client, soql.Select{Fields: []string{"Id", "Name", "OrganizationType", "IsSandbox", "InstanceName"}, From: "Organization"})
	})
	asks.Go(func() {
		var id string
		if id, userErr = client.RunningUser(ctx); userErr == nil {
			user, userErr = query(ctx, client, soql.Select{Fields: []string{"Id", "Username", "Name"}, From: "User", Where: soql.Eq("Id", id)})
		}
	})
	asks.Go(func() {
		licences, licencesErr = query(ctx, client, soql.Select{Fields: []string{"Id", "Name", "Status", "TotalLicenses", "UsedLicenses"}, From: "UserLicense"})
	})
	asks.Wait()
	if err := errors.Join(orgErr, userErr, licencesErr); err != nil {
		facts.Problem = c.orgProblem(v, connection.Name, err)
	}
	for _, r := range org {
		facts.Name, facts.Edition, facts.Instance, facts.Sandbox = r.String("Name"), r.String("OrganizationType"), r.String("InstanceName"), r.Bool("IsSandbox")
	}
	for _, r := range user {
		facts.User, facts.UserName = r.String("Username"), r.String("Name")
	}
	for _, r := range licences {
		// Most orgs hold a dozen kinds of licences that they own none of.
		if total, _ := r["TotalLicenses"].(float64); total > 0 && r.String("Status") == "Active" {
			used, _ := r["UsedLicenses"].(float64)
			facts.Licences = append(facts.Licences, licence{r.String("Name"), int(used), int(total), max(0, int(total-used))})
		}
	}
	usage := client.Usage()
	facts.Used, facts.Limit, facts.APIVersion = usage.Used, usage.Limit, client.APIVersion()
	return facts
}

func query(ctx context.Context, client *salesforce.Client, s soql.Select) ([]salesforce.Record, error) {
	statement, err := s.Build()
	if err != nil {
		return nil, err
	}
	return client.Query(ctx, statement)
}

// orgProblem is why the org did not tell, in words; the log has the error.
func (c *Console) orgProblem(v *visit, name string, err error) string {
	c.logger.WarnContext(v.Context(), "the org did not tell who it is", "connection", name, "error", err.Error())
	if oauth.IsGrantLost(err) || oauth.IsUnavailable(err) {
		said := oauth.Explain(err)
		return joined(said.Title, said.Cause, said.Remedy)
	}
	var refused *salesforce.Error
	if errors.As(err, &refused) && len(refused.Problems) > 0 {
		return "Salesforce refused to tell it all (" + refused.Problems[0].Code + "). The doctor says which permission is missing."
	}
	return "Salesforce did not answer in time. Try again in a minute; the log says more."
}

// reauthenticate begins an authorization with the app that the connection has.
func (c *Console) reauthenticate(v *visit) (answer, error) {
	connection, err := c.named(v)
	if err != nil {
		return answer{}, err
	}
	if connection.Flow != oauth.WebServerFlow && connection.Flow != "" {
		return answer{}, &failure{
			Status: http.StatusConflict, Title: "Nobody logs in for this connection",
			Cause:  "It is authorized by " + flowWords(connection.Flow) + ", without a person and without a refresh token.",
			Remedy: "If it does not work, the doctor says why. To change its key, connect it again with scimforce connect.",
			Next:   &link{connectionPath(connection.Name), "Back to the connection"},
		}
	}
	// Without a secret that of the connection is used.
	return c.begin(v, oauth.Request{
		Connection: connection.Name, LoginURL: connection.LoginURL, ConsumerKey: connection.ConsumerKey, UsernameSuffix: connection.UsernameSuffix,
	}, nil)
}

func flowWords(flow oauth.Flow) string {
	switch flow {
	case oauth.JWTBearerFlow:
		return "a signed assertion (JWT bearer)"
	case oauth.ClientCredentialsFlow:
		return "client credentials"
	default:
		return "an administrator's login"
	}
}

type disconnectPage struct {
	connectionRow
	Tokens []string // of identity providers that work with it
}

func (c *Console) showDisconnect(v *visit) (answer, error) {
	connection, err := c.named(v)
	if err != nil {
		return answer{}, err
	}
	tokens, err := c.config.Tokens.List(v.Context())
	if err != nil {
		return answer{}, err
	}
	page := disconnectPage{connectionRow: rowOf(connection)}
	for i := range tokens {
		if tokens[i].Connection == connection.Name && tokens[i].Good(c.now()) {
			page.Tokens = append(page.Tokens, tokens[i].Name)
		}
	}
	return answer{template: "disconnect", title: "Disconnect " + connection.Name, page: page}, nil
}

func (c *Console) disconnect(v *visit) (answer, error) {
	connection, err := c.named(v)
	if err != nil {
		return answer{}, err
	}
	if connection.Configured {
		return answer{}, &failure{
			Status: http.StatusConflict, Title: "This connection comes from the environment",
			Cause:  "SCIMFORCE_CONSUMER_KEY and its like make it, at each start.",
			Remedy: "Take these settings away and restart scimforce; then it can be removed here.",
			Next:   &link{connectionPath(connection.Name), "Back to the connection"},
		}
	}
	if err := c.config.Bridge.Disconnect(v.Context(), connection.Name); err != nil {
		if oauth.IsUnavailable(err) {
			return answer{}, c.explained(v, err)
		}
		return answer{}, fmt.Errorf("console: disconnect %s: %w", connection.Name, err)
	}
	v.forget(noteSaved)
	c.logger.InfoContext(v.Context(), "a connection was removed in the console", "connection", connection.Name, "who", v.who)
	v.tell("good", "“"+connection.Name+"” is disconnected, and its grant is given back to Salesforce.")
	return redirect("/"), nil
}
