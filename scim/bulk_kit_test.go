package scim

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/salesforce"
	"scimforce/scim/directory"
	"scimforce/scim/patch"
	"scimforce/scim/resource"
)

// shelf is a directory in memory with the rules by which the order of
// operations can be told: names are unique, members and managers must exist,
// who is deleted loses his memberships and comes back under his old id.
type shelf struct {
	*fake
	mu     sync.Mutex
	next   int
	all    map[string]map[string]any // by id
	buried map[string]string         // ids of deleted users by name
	did    []string                  // verbs and names, in the order in which they were done
	under  int                       // verbs under way
	most   int                       // that were so at once
	reads  int
	// before, when set, is called by every change outside of the lock.
	before func(ctx context.Context, verb, what string) error
}

func newShelf(change ...func(*shelf)) *shelf {
	s := &shelf{fake: newFake(), all: map[string]map[string]any{}, buried: map[string]string{}}
	for _, f := range change {
		f(s)
	}
	return s
}

var _ Directory = (*shelf)(nil)

func conflict(format string, args ...any) error {
	return scimerrors.ScimError{Status: http.StatusConflict, ScimType: scimerrors.ScimTypeUniqueness, Detail: fmt.Sprintf(format, args...)}
}

func isGroup(r map[string]any) bool { return r["displayName"] != nil && r["userName"] == nil }

func nameOf(r map[string]any) string {
	if name, ok := r["userName"].(string); ok {
		return strings.ToLower(name)
	}
	name, _ := r["displayName"].(string)
	return "group " + strings.ToLower(name)
}

func referredIn(r map[string]any) []string {
	var ids []string
	for _, m := range asList(r["members"]) {
		id, _ := m.(map[string]any)["value"].(string)
		ids = append(ids, id)
	}
	extension, _ := r[enterpriseURN].(map[string]any)
	if manager, ok := extension["manager"].(map[string]any); ok {
		id, _ := manager["value"].(string)
		ids = append(ids, id)
	}
	return ids
}

// put stores a resource, or says why not.
func (s *shelf) put(id string, r map[string]any) (map[string]any, error) {
	r = maps.Clone(r)
	for _, other := range slices.Sorted(maps.Keys(s.all)) {
		if other != id && nameOf(s.all[other]) == nameOf(r) {
			return nil, conflict("The name %s is taken.", nameOf(r))
		}
	}
	for _, other := range referredIn(r) {
		if s.all[other] == nil && other != id {
			return nil, scimerrors.ScimError{Status: 400, ScimType: scimerrors.ScimTypeInvalidValue, Detail: other + " does not exist."}
		}
	}
	if id == "" {
		if id = s.buried[nameOf(r)]; id == "" {
			s.next++
			prefix := "005"
			if isGroup(r) {
				prefix = "00G"
			}
			id, _ = salesforce.ID18(fmt.Sprintf("%s%012d", prefix, s.next))
		}
	}
	s.version(r)
	r["id"] = id
	s.all[id] = r
	return r, nil
}

// version gives a resource a version that it never had.
func (s *shelf) version(r map[string]any) {
	s.next++
	r["meta"] = map[string]any{"version": fmt.Sprintf(`W/"%d"`, s.next)}
}

func (s *shelf) change(ctx context.Context, verb, what string, do func() (map[string]any, error)) (map[string]any, error) {
	s.mu.Lock()
	s.under++
	s.most = max(s.most, s.under)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.under--
		s.mu.Unlock()
	}()
	if s.before != nil {
		if err := s.before(ctx, verb, what); err != nil {
			return nil, err
		}
	}
	for range rand.IntN(4) {
		runtime.Gosched()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did = append(s.did, verb+" "+what)
	return do()
}

func (s *shelf) with(id string, group bool, match directory.Condition, do func(map[string]any) (map[string]any, error)) (map[string]any, error) {
	r := s.all[id]
	if r == nil || isGroup(r) != group {
		return nil, scimerrors.ScimErrorResourceNotFound(id)
	}
	if !match.Holds(version(r)) {
		return nil, scimerrors.ScimError{Status: http.StatusPreconditionFailed, Detail: "It has another version."}
	}
	return do(r)
}

func (s *shelf) CreateUser(ctx context.Context, user map[string]any) (map[string]any, error) {
	return s.change(ctx, "CreateUser", nameOf(user), func() (map[string]any, error) { return s.put("", user) })
}

func (s *shelf) CreateGroup(ctx context.Context, group map[string]any) (map[string]any, error) {
	return s.change(ctx, "CreateGroup", nameOf(group), func() (map[string]any, error) { return s.put("", group) })
}

func (s *shelf) get(id string, group bool) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	return s.with(id, group, nil, func(r map[string]any) (map[string]any, error) { return r, nil })
}

func (s *shelf) User(_ context.Context, id string, _ directory.Want) (map[string]any, error) {
	return s.get(id, false)
}

func (s *shelf) Group(_ context.Context, id string, _ directory.Want) (map[string]any, error) {
	return s.get(id, true)
}

func (s *shelf) ReplaceUser(ctx context.Context, id string, match directory.Condition, user map[string]any) (map[string]any, error) {
	return s.change(ctx, "ReplaceUser", id, func() (map[string]any, error) {
		return s.with(id, false, match, func(map[string]any) (map[string]any, error) { return s.put(id, user) })
	})
}

func (s *shelf) ReplaceGroup(ctx context.Context, id string, match directory.Condition, group map[string]any) (map[string]any, error) {
	return s.change(ctx, "ReplaceGroup", id, func() (map[string]any, error) {
		return s.with(id, true, match, func(map[string]any) (map[string]any, error) { return s.put(id, group) })
	})
}

func (s *shelf) patch(ctx context.Context, verb, id string, group bool, match directory.Condition, operations []patch.Operation) (map[string]any, error) {
	typ, _ := s.UserType(ctx)
	if group {
		typ, _ = s.GroupType(ctx)
	}
	return s.change(ctx, verb, id, func() (map[string]any, error) {
		return s.with(id, group, match, func(r map[string]any) (map[string]any, error) {
			changed, err := patch.Apply(r, operations, typ)
			if err != nil || resource.Equal(r, changed) {
				return r, err
			}
			return s.put(id, changed)
		})
	})
}

func (s *shelf) PatchUser(ctx context.Context, id string, match directory.Condition, operations []patch.Operation) (map[string]any, error) {
	return s.patch(ctx, "PatchUser", id, false, match, operations)
}

func (s *shelf) PatchGroup(ctx context.Context, id string, match directory.Condition, operations []patch.Operation, _ directory.Want) (map[string]any, error) {
	return s.patch(ctx, "PatchGroup", id, true, match, operations)
}

func (s *shelf) remove(ctx context.Context, verb, id string, group bool, match directory.Condition) error {
	_, err := s.change(ctx, verb, id, func() (map[string]any, error) {
		return s.with(id, group, match, func(r map[string]any) (map[string]any, error) {
			delete(s.all, id)
			if !group {
				s.buried[nameOf(r)] = id
			}
			for other, o := range s.all {
				o = maps.Clone(o)
				o["members"] = slices.DeleteFunc(slices.Clone(asList(o["members"])), func(m any) bool { return m.(map[string]any)["value"] == id })
				if extension, ok := o[enterpriseURN].(map[string]any); ok {
					if manager, ok := extension["manager"].(map[string]any); ok && manager["value"] == id {
						delete(o, enterpriseURN)
					}
				}
				s.all[other] = o
			}
			return nil, nil
		})
	})
	return err
}

func (s *shelf) DeleteUser(ctx context.Context, id string, match directory.Condition) error {
	return s.remove(ctx, "DeleteUser", id, false, match)
}

func (s *shelf) DeleteGroup(ctx context.Context, id string, match directory.Condition) error {
	return s.remove(ctx, "DeleteGroup", id, true, match)
}

// state is what the shelf holds, with names for ids.
func (s *shelf) state() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := map[string]string{}
	for _, r := range s.all {
		var others []string
		for _, id := range referredIn(r) {
			others = append(others, nameOf(s.all[id]))
		}
		slices.Sort(others)
		state[nameOf(r)] = fmt.Sprint(r["title"], others)
	}
	return state
}

// bulkOf is a BulkRequest.
func bulkOf(failOnErrors int, operations ...string) string {
	return fmt.Sprintf(`{"schemas":[%q],"failOnErrors":%d,"Operations":[%s]}`, bulkRequestURN, failOnErrors, strings.Join(operations, ","))
}

// bulked is the answer to a bulk.
type bulked struct {
	Operations []struct {
		Method, BulkID, Version, Location, Status string
		Response                                  map[string]any
	}
}

// statuses of a bulk, with blanks between.
func (b bulked) statuses() string {
	var all []string
	for _, o := range b.Operations {
		all = append(all, o.Status)
	}
	return strings.Join(all, " ")
}

// sendBulk sends a bulk that must be answered with 200.
func sendBulk(t testing.TB, h http.Handler, body string) bulked {
	t.Helper()
	w := serve(h, request("POST", "/Bulk", body))
	if w.Code != 200 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	var answer bulked
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// post is an operation that makes a user.
func post(bulkID, userName, more string) string {
	return fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":%q,"data":{"schemas":[%q],"userName":%q%s}}`, bulkID, userURN, userName, more)
}

// managedBy is more of a user.
func managedBy(id string) string {
	return fmt.Sprintf(`,%q:{"manager":{"value":%q}}`, enterpriseURN, id)
}

// retitle is an operation on a user.
func retitle(path, title string) string {
	return fmt.Sprintf(`{"method":"PATCH","path":%q,"data":{"Operations":[{"op":"replace","path":"title","value":%q}]}}`, path, title)
}
