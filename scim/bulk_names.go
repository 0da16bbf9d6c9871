package scim

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"scimforce/scim/directory"
)

// nameOf is the attribute of a type that no two resources may have alike.
func (k *bulkKind) nameOf() string {
	if k.typ.Endpoint == "/Users" {
		return "userName"
	}
	return "displayName"
}

// nameKey is a name as it is compared.
func nameKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// givesName tells whether an operation may give its resource a name, and which,
// as nameKey; "" when it cannot be told.
func (o *bulkOperation) givesName() (name string, gives bool) {
	if o.refusal != nil {
		return "", false
	}
	attribute := o.kind.nameOf()
	text := func(v any) string {
		s, _ := v.(string)
		return nameKey(s)
	}
	switch o.method {
	case http.MethodPost, http.MethodPut:
		return text(member(o.data, attribute)), true
	case http.MethodPatch:
		operations, _ := member(o.data, "Operations").([]any)
		for _, raw := range operations {
			operation, _ := raw.(map[string]any)
			value := member(operation, "value")
			path, _ := member(operation, "path").(string)
			if names(path, attribute) {
				return text(value), true
			}
			object, _ := value.(map[string]any)
			for key, v := range object {
				if path == "" && names(key, attribute) {
					return text(v), true
				}
			}
		}
	}
	return "", false
}

// names tells whether a path is an attribute, with or without its URN.
func names(path, attribute string) bool {
	path = strings.ToLower(path)
	rest, ok := strings.CutSuffix(path, strings.ToLower(attribute))
	return ok && (rest == "" || strings.HasSuffix(rest, ":"))
}

// heldNames reads the names that the resources of operations have, by idKey,
// where it may matter: where one operation may free a name that another one
// gives. What cannot be read has no name to free.
func (b *bulkJob) heldNames(ctx context.Context) map[string]string {
	ids := map[*bulkKind][]string{}      // of resources whose names may be freed
	givers := map[*bulkKind][]string{}   // resources that get a name
	named := map[string]*bulkOperation{} // one operation for each id
	for i := range b.operations {
		o := &b.operations[i]
		if o.refusal != nil {
			continue
		}
		_, gives := o.givesName()
		if gives {
			givers[o.kind] = append(givers[o.kind], o.resource())
		}
		if (gives || o.method == http.MethodDelete) && o.id != "" && named[idKey(o.id)] == nil {
			named[idKey(o.id)] = o
			ids[o.kind] = append(ids[o.kind], o.id)
		}
	}
	held := make([]string, len(b.operations))
	var readers errgroup.Group
	readers.SetLimit(bulkWidth)
	for k, all := range ids {
		for _, id := range all {
			key := idKey(id)
			other := func(resource string) bool { return resource != key }
			if mayUse(b.call.caller, http.MethodGet, k.typ.Name) != nil || !slices.ContainsFunc(givers[k], other) {
				continue
			}
			readers.Go(func() error {
				if found, err := k.get(ctx, id, directory.Want{}); err == nil {
					held[named[key].index], _ = found[k.nameOf()].(string)
				}
				return nil
			})
		}
	}
	_ = readers.Wait() // none returns an error
	names := map[string]string{}
	for id, o := range named {
		names[id] = held[o.index]
	}
	return names
}
