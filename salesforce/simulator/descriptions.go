package simulator

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"strings"
	"sync"
	"time"

	"scimforce/salesforce/simulator/org"
)

// gzipTag is what the ETag of a compressed answer ends with.
const gzipTag = "--gzip"

// described is the bytes of one describe, and their tag.
type described struct {
	body []byte
	tag  string // "baf7f695", without quotes
}

// descriptionKey tells describes apart: by what is described, for which version
// and what of it the caller sees. The object nil stands for all of them.
type descriptionKey struct {
	object  *org.Object
	version string
	seen    string // one byte for each field or object: whether it is visible
}

// maxDescriptions bounds how many describes are kept; they are cheap to make
// anew.
const maxDescriptions = 2000

// descriptions keeps the describes that were asked for.
type descriptions struct {
	mu   sync.RWMutex
	made map[descriptionKey]described
}

func newDescriptions() *descriptions { return &descriptions{made: map[descriptionKey]described{}} }

// get finds a describe, or makes it.
func (d *descriptions) get(key descriptionKey, build func() object) (described, error) {
	d.mu.RLock()
	one, found := d.made[key]
	d.mu.RUnlock()
	if found {
		return one, nil
	}
	body, err := appendJSON(nil, build())
	if err != nil {
		return described{}, err
	}
	one = described{body, fmt.Sprintf("%08x", crc32.ChecksumIEEE(body))}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.made) >= maxDescriptions {
		clear(d.made)
	}
	d.made[key] = one
	return one, nil
}

// description answers with a describe, or with 304 where the caller has it
// already.
func (s *Simulator) description(q *request, key descriptionKey, build func() object) answer {
	one, err := q.site.descriptions.get(key, build)
	if err != nil {
		return codeFirst(http.StatusInternalServerError, "INTERNAL_ERROR", "Unexpected Error")
	}
	tag, began := `"`+one.tag+`"`, *q.site.began.Load()
	fresh := false
	if known := q.header.Get("If-None-Match"); known != "" {
		if fresh = sameTag(known, one.tag); fresh && !q.inside {
			tag = known // with the suffix that the caller knows it by
		}
	} else if since, err := http.ParseTime(q.header.Get("If-Modified-Since")); err == nil {
		fresh = !began.After(since)
	}
	header := object{{"ETag", tag}, {"Last-Modified", began.Format(http.TimeFormat)}}
	if fresh {
		return answer{status: http.StatusNotModified, header: header}
	}
	return answer{status: http.StatusOK, header: header, body: json.RawMessage(one.body)}
}

// sameTag looks for a tag among those of If-None-Match.
func sameTag(list, tag string) bool {
	for known := range strings.SplitSeq(list, ",") {
		known = strings.TrimPrefix(strings.TrimSpace(known), "W/")
		if strings.TrimSuffix(strings.Trim(known, `"`), gzipTag) == tag {
			return true
		}
	}
	return false
}

// seenFields says of each field of the object whether the caller sees it.
func (q *request) seenFields(o *org.Object) string {
	seen := make([]byte, len(o.Fields))
	_ = q.org.ViewAs(q.actor, func(v *org.View) error { // fn never fails
		for i := range seen {
			seen[i] = mark(v.Sees(o, i))
		}
		return nil
	})
	return string(seen)
}

// childObjects are the objects of the child relationships, one each; nil for one
// that the org does not have.
func (q *request) childObjects() []*org.Object {
	children := make([]*org.Object, len(q.object.ChildRelationships))
	for i, c := range q.object.ChildRelationships {
		children[i], _ = q.org.Object(c.ChildObject)
	}
	return children
}

// seenObjects says of each object whether the caller may read it, which he may
// not of nil.
func (q *request) seenObjects(objects []*org.Object) string {
	seen := make([]byte, len(objects))
	_ = q.org.ViewAs(q.actor, func(v *org.View) error { // fn never fails
		for i, o := range objects {
			seen[i] = mark(o != nil && v.Reads(o))
		}
		return nil
	})
	return string(seen)
}

func mark(yes bool) byte {
	if yes {
		return 'y'
	}
	return 'n'
}

// redescribe makes describes be read anew by clients that had them: the org's
// declarations may be others now.
func (o *site) redescribe() {
	o.descriptions.mu.Lock()
	clear(o.descriptions.made)
	o.descriptions.mu.Unlock()
	began := o.now().UTC().Truncate(time.Second)
	o.began.Store(&began)
}
