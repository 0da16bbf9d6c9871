package directory

import (
	"context"

	"scimforce/scim/mapping"
)

// maxEcho is how many ids found in the echo go into a statement; with more the
// echo does not narrow a filter. maxEchoes is how often the echo is searched for
// one filter.
const (
	maxEcho   = 1000
	maxEchoes = 20
)

// echoReader searches the echo for one filter, each search once.
type echoReader struct {
	store  *store
	prefix string // of the ids
	known  map[echoSearch]echoFound
}

type echoSearch struct {
	attribute string
	how       operator
	text      string
}

type echoFound struct {
	ids  []string
	more bool // than are known, or than fit
}

func (d *Directory) echoReader(prefix string) *echoReader {
	return &echoReader{store: d.store, prefix: prefix, known: map[echoSearch]echoFound{}}
}

// search finds at least those of whom something was sent that satisfies s.
func (r *echoReader) search(ctx context.Context, s echoSearch) (echoFound, error) {
	if f, ok := r.known[s]; ok {
		return f, nil
	}
	if len(r.known) >= maxEchoes {
		return echoFound{more: true}, nil
	}
	ids, more, err := r.store.byEcho(ctx, r.prefix, s.attribute, s.how, s.text, maxEcho)
	if err != nil {
		return echoFound{}, err
	}
	r.known[s] = echoFound{ids, more}
	return r.known[s], nil
}

// present is the leaf of those of whom an attribute is known that has no field in
// Salesforce.
func (r *echoReader) present(ctx context.Context, attribute string) (leaf, error) {
	ids, more, err := r.store.sentAlone(ctx, r.prefix, attribute, maxEcho)
	if err != nil || more {
		return leaf{}, err
	}
	return oneOf(ids), nil
}

// alone compares such an attribute: what was sent is what is read. holds decides
// it for one resource.
func (r *echoReader) alone(ctx context.Context, s echoSearch, holds func(id string, echo mapping.Echo) (bool, error)) (leaf, error) {
	found, err := r.search(ctx, s)
	if err != nil || found.more {
		return leaf{}, err
	}
	echoes, err := r.store.echoes(ctx, found.ids)
	if err != nil {
		return leaf{}, err
	}
	var ids []string
	for _, id := range found.ids {
		ok, err := holds(id, mapping.Echo{s.attribute: echoes[id][s.attribute]})
		if err != nil {
			return leaf{}, err
		}
		if ok {
			ids = append(ids, id)
		}
	}
	v := oneOf(ids)
	v.narrow = s.how == equals || len(ids) == 0
	return v, nil
}
