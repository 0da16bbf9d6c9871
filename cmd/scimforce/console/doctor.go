package console

import (
	"encoding/json"

	"scimforce/cmd/scimforce/doctor"
	"scimforce/oauth"
)

// noteReport is the last report that the session's administrator asked for.
const noteReport = "report"

type doctorPage struct {
	Connections []connectionRow
	Report      *doctor.Report
	Path        string // of the connection that the report is of
}

// showDoctor offers to examine each connection, and shows what the last
// examination found.
func (c *Console) showDoctor(v *visit) (answer, error) {
	connections, err := c.config.Store.Connections(v.Context())
	if err != nil {
		return answer{}, err
	}
	page := doctorPage{}
	for i := range connections {
		page.Connections = append(page.Connections, rowOf(connections[i]))
	}
	var report doctor.Report
	if kept := v.note(noteReport); kept != "" && json.Unmarshal([]byte(kept), &report) == nil {
		page.Report, page.Path = &report, connectionPath(report.Connection)
	}
	return answer{template: "doctor", title: "Doctor", page: page}, nil
}

// examine has the doctor look at a connection. The report is kept in the session,
// so that reloading the page asks Salesforce nothing.
func (c *Console) examine(v *visit) (answer, error) {
	connection, err := c.named(v)
	if err != nil {
		return answer{}, err
	}
	report, err := c.config.Bridge.Diagnose(v.Context(), connection.Name)
	if err != nil {
		if oauth.IsGrantLost(err) || oauth.IsUnavailable(err) {
			return answer{}, c.explained(v, err)
		}
		return answer{}, err
	}
	kept, err := json.Marshal(report)
	if err != nil {
		return answer{}, err
	}
	v.remember(noteReport, string(kept))
	return redirect("/doctor"), nil
}
