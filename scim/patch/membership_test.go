package patch

import (
	"fmt"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/google/go-cmp/cmp"
)

func TestReadMembership(t *testing.T) {
	for name, c := range map[string]struct {
		operations string
		want       Membership
		others     []string
	}{
		"authentik's additions, one an operation":            {operations: `{"op":"add","path":"members","value":[{"value":"1"}]},{"op":"add","path":"members","value":[{"value":"2"}]}`, want: Membership{Add: []string{"1", "2"}}},
		"Entra's additions, many an operation":               {operations: `{"op":"Add","path":"members","value":[{"$ref":null,"value":"1"},{"$ref":null,"value":"2"},{"value":"1"}]}`, want: Membership{Add: []string{"1", "2"}}},
		"Entra's removals":                                   {operations: `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"1"},{"value":"2"}]}`, want: Membership{Remove: []string{"1", "2"}}},
		"a removal by filter":                                {operations: `{"op":"remove","path":"members[value eq \"1\"]"}`, want: Membership{Remove: []string{"1"}}},
		"a removal by a filter without quotes":               {operations: `{"op":"remove","path":"MEMBERS[Value Eq 1]"}`, want: Membership{Remove: []string{"1"}}},
		"a removal by a filter on several":                   {operations: `{"op":"remove","path":"members[value eq \"1\" or value eq \"2\"]"}`, want: Membership{Remove: []string{"1", "2"}}},
		"Okta's removal and addition":                        {operations: `{"op":"remove","path":"members[value eq \"1\"]"},{"op":"add","path":"members","value":[{"value":"2","display":"b"}]}`, want: Membership{Add: []string{"2"}, Remove: []string{"1"}}},
		"Okta's overwrite":                                   {operations: `{"op":"replace","path":"members","value":[{"value":"1"},{"value":"2"}]}`, want: Membership{Replace: true, Members: []string{"1", "2"}}},
		"Okta's overwrite with nobody":                       {operations: `{"op":"replace","path":"members","value":[]}`, want: Membership{Replace: true}},
		"an overwrite without a path, with other attributes": {operations: `{"op":"replace","value":{"members":[{"value":"1"}],"id":"g","displayName":"G"}}`, want: Membership{Replace: true, Members: []string{"1"}}, others: []string{"replace displayName G"}},
		"an emptying without a path":                         {operations: `{"op":"replace","value":{"members":[],"id":"g","displayName":"G"}}`, want: Membership{Replace: true}, others: []string{"replace displayName G"}},
		"Keycloak's removal of all":                          {operations: `{"op":"remove","path":"members"}`, want: Membership{Replace: true}},
		"a removal of nobody":                                {operations: `{"op":"remove","path":"members","value":[]}`},
		"an addition of nobody":                              {operations: `{"op":"add","path":"members","value":[]}`},
		"the later of two wins":                              {operations: `{"op":"add","path":"members","value":[{"value":"1"},{"value":"2"}]},{"op":"remove","path":"members[value eq \"1\"]"}`, want: Membership{Add: []string{"2"}, Remove: []string{"1"}}},
		"the later of two wins the other way":                {operations: `{"op":"remove","path":"members","value":[{"value":"1"},{"value":"2"}]},{"op":"add","path":"members","value":[{"value":"1"}]}`, want: Membership{Add: []string{"1"}, Remove: []string{"2"}}},
		"changes behind an overwrite":                        {operations: `{"op":"add","path":"members","value":[{"value":"9"}]},{"op":"replace","path":"members","value":[{"value":"1"},{"value":"2"}]},{"op":"remove","path":"members[value eq \"1\"]"},{"op":"add","path":"members","value":[{"value":"3"}]}`, want: Membership{Replace: true, Members: []string{"2", "3"}}},
		"nothing of members":                                 {operations: `{"op":"replace","path":"displayName","value":"G"},{"op":"replace","path":"externalId","value":"x"}`, others: []string{"replace displayName G", "replace externalId x"}},
		"a condition that needs the members":                 {operations: `{"op":"remove","path":"members[display sw \"a\"]"}`, want: Membership{NeedsCurrent: true}},
		"a condition that names more than value":             {operations: `{"op":"remove","path":"members[value eq \"1\" and type eq \"User\"]"}`, want: Membership{NeedsCurrent: true}},
		"a sub-attribute of all":                             {operations: `{"op":"remove","path":"members.display"}`, want: Membership{NeedsCurrent: true}},
		"a member changed":                                   {operations: `{"op":"add","path":"members[value eq \"1\"]","value":{"display":"a"}}`, want: Membership{NeedsCurrent: true}},
		"a member renamed":                                   {operations: `{"op":"replace","path":"members[value eq \"1\"].display","value":"a"}`},
		"a member's name removed":                            {operations: `{"op":"remove","path":"members[value eq \"1\"].display"}`, want: Membership{NeedsCurrent: true}},
		"no operations":                                      {},
	} {
		t.Run(name, func(t *testing.T) {
			operations, _, err := Parse(decode(t, `{"Operations":[`+c.operations+`]}`), groupType())
			if err != nil {
				t.Fatal(err)
			}
			got, err := ReadMembership(operations, groupType())
			if err != nil {
				t.Fatal(err)
			}
			var others []string
			for _, o := range got.Others {
				others = append(others, fmt.Sprint(o.Op, " ", o.Target, " ", o.Value))
			}
			got.Others = nil
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.others, others); diff != "" {
				t.Errorf("others: %s", diff)
			}
		})
	}
}

func TestReadMembershipWantsAValueOfEachMember(t *testing.T) {
	for _, op := range []string{"add", "replace", "remove"} {
		operations, _, err := Parse(decode(t, `{"Operations":[{"op":"`+op+`","path":"members","value":[{"value":"1"},{"display":"x"}]}]}`), groupType())
		if err != nil {
			t.Fatal(err)
		}
		_, err = ReadMembership(operations, groupType())
		checkError(t, err, scimerrors.ScimTypeInvalidValue, "members: a member without a value")
	}
}
