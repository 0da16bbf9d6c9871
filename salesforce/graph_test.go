package salesforce

import (
	"fmt"
	"strings"
	"testing"
)

// teamOf is a graph that makes a group with a member.
func teamOf(name, member string) []Subrequest {
	return []Subrequest{
		CreateSub("group", "Group", publicGroup(name)),
		CreateSub("member", "GroupMember", Record{"GroupId": "@{group.id}", "UserOrGroupId": member}),
	}
}

func TestAGraphIsMadeWholeOrNotAtAllWhateverBecomesOfTheOthers(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	jane := s.user("jane")
	answers, err := c.Graphs(t.Context(), teamOf("a", jane), teamOf("b", "005000000000001AAA"), teamOf("c", jane))
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"a", "b", "c"} {
		culprit := Culprit(answers[i])
		if made := s.groupID(name); (made != "") != (name != "b") || (culprit == nil) != (made != "") || made != answers[i]["group"].ID() {
			t.Errorf("%s: %q, %v", name, made, culprit)
		}
	}
	if Halted(answers[1]) || Halted(answers[0]) || HasCode(Culprit(answers[1]), "PROCESSING_HALTED") {
		t.Errorf("%v", Culprit(answers[1]))
	}
	s.wantSent(t, "three graphs", 1)
}

func TestGraphsAfterTooManyFailuresAreHalted(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	graphs := make([][]Subrequest, 16)
	for i := range graphs {
		graphs[i] = teamOf(fmt.Sprint(i), "005000000000001AAA")
	}
	graphs[15] = teamOf("15", s.user("jane"))
	answers, err := c.Graphs(t.Context(), graphs...)
	if err != nil || Halted(answers[13]) || !Halted(answers[14]) || !Halted(answers[15]) || s.groupID("15") != "" {
		t.Errorf("%v: %v, %v, %v", err, Culprit(answers[13]), Culprit(answers[14]), Culprit(answers[15]))
	}
}

func TestGraphsAreBoundedAndTakeNoQuery(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	many := func(n, nodes int) [][]Subrequest {
		graphs := make([][]Subrequest, n)
		for i := range graphs {
			for k := range nodes {
				graphs[i] = append(graphs[i], CreateSub(fmt.Sprint("r", k), "Group", publicGroup("x")))
			}
		}
		return graphs
	}
	for name, graphs := range map[string][][]Subrequest{
		"none":           nil,
		"too many":       many(76, 1),
		"too many nodes": many(25, 21),
		"a query":        {{QuerySub("q", "SELECT Id FROM User")}},
		"a collection":   {{CreateAllSub("c", "Group", named(1))}},
		"two of a name":  {{CreateSub("a", "Group", publicGroup("x")), CreateSub("a", "Group", publicGroup("y"))}},
		"no name":        {{CreateSub("a", "Gr oup", nil)}},
	} {
		if _, err := c.Graphs(t.Context(), graphs...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s.wantSent(t, "what is refused here", 0)
}

func TestAnAnswerToGraphsThatIsNone(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	graph := func(id, response string) string {
		return fmt.Sprintf(`{"graphId":%q,"graphResponse":{"compositeResponse":[%s]},"isSuccessful":false}`, id, response)
	}
	made := func(ref string) string {
		return fmt.Sprintf(`{"body":{"id":"00G000000000001AAA","success":true,"errors":[]},"httpHeaders":{},"httpStatusCode":201,"referenceId":%q}`, ref)
	}
	for _, body := range []string{
		`{}`, `[]`, `{"graphs":[]}`,
		`{"graphs":[` + graph("other", made("group")+","+made("member")) + `]}`,
		`{"graphs":[` + graph("g0", made("group")) + `]}`,
		`{"graphs":[` + graph("g0", made("group")+","+made("other")) + `]}`,
	} {
		s.FailNext(answers(200, body))
		if _, err := c.Graphs(t.Context(), teamOf("a", ada)); !OutcomeUnknown(err) {
			t.Errorf("%s: %v", body, err)
		}
	}
	// Recorded: a graph that is too big has one answer, which names no subrequest.
	s.FailNext(answers(200, `{"graphs":[`+graph("g0", `{"body":[{"errorCode":"LIMIT_EXCEEDED","message":"Limit of 500 reached for number of Nodes in the Graph"}],"httpHeaders":{},"httpStatusCode":400,"referenceId":null}`)+`]}`))
	got, err := c.Graphs(t.Context(), teamOf("a", ada))
	if err != nil || !HasCode(got[0]["member"].Err(), "LIMIT_EXCEEDED") || !HasCode(got[0]["group"].Err(), "LIMIT_EXCEEDED") {
		t.Errorf("%v, %v", got, err)
	}
	_ = s.sent()
	if _, err := c.Graphs(t.Context(), teamOf("a", s.user("jane"))); err != nil {
		t.Error(err)
	}
	sent := s.sent()
	if body := string(sent[0].body); !strings.Contains(body, `{"graphs":[{"graphId":"g0","compositeRequest":[{"method":"POST","url":"/services/data/v66.0/sobjects/Group","referenceId":"group"`) {
		t.Errorf("sent %s", body)
	}
}
