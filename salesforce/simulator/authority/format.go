package authority

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"scimforce/salesforce/simulator/wire"
)

// record is an answer with its names in order.
type record []field

type field struct {
	name  string
	value any // nil, a scalar, a []string or a record
}

// MarshalJSON writes the fields in order, "<" and "&" as they are.
func (r record) MarshalJSON() ([]byte, error) { return r.appendJSON(nil) }

func (r record) appendJSON(dst []byte) ([]byte, error) {
	dst = append(dst, '{')
	for i, f := range r {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(wire.AppendString(dst, f.name), ':')
		var err error
		switch v := f.value.(type) {
		case string:
			dst = wire.AppendString(dst, v)
		case record:
			dst, err = v.appendJSON(dst)
		default:
			var data []byte
			data, err = json.Marshal(v)
			dst = append(dst, data...)
		}
		if err != nil {
			return nil, fmt.Errorf("authority: encode %s: %w", f.name, err)
		}
	}
	return append(dst, '}'), nil
}

// format is one in which answers can be had.
type format int

const (
	asJSON format = iota
	asForm
	asXML
	asUserXML // as XML, in the root element of the identity URL
)

// formatOf is the format that the request asks for: by parameter, else by its
// Accept header, else JSON.
func formatOf(r *http.Request) format {
	switch r.Form.Get("format") {
	case "json":
		return asJSON
	case "xml":
		return asXML
	case "urlencoded":
		return asForm
	}
	accept := r.Header.Get("Accept")
	switch {
	case strings.Contains(accept, "json"), strings.Contains(accept, "*/*"):
		return asJSON
	case strings.Contains(accept, "xml") && !strings.Contains(accept, "html"):
		return asXML
	case strings.Contains(accept, "x-www-form-urlencoded"):
		return asForm
	}
	return asJSON
}

// write sends the record. The content type is the usual one where the handler
// set none.
func (f format) write(w http.ResponseWriter, status int, r record) {
	var body bytes.Buffer
	kind := "application/json;charset=UTF-8"
	switch f {
	case asForm:
		kind = "application/x-www-form-urlencoded;charset=UTF-8"
		for i, one := range r {
			if i > 0 {
				body.WriteByte('&')
			}
			body.WriteString(url.QueryEscape(one.name) + "=" + url.QueryEscape(fmt.Sprint(one.value)))
		}
	case asXML:
		kind = "application/xml;charset=UTF-8"
		writeXML(&body, "OAuth", r) // unverified: the XML of token answers
	case asUserXML:
		kind = "application/xml;charset=UTF-8"
		writeXML(&body, "user", r)
	default:
		data, err := r.MarshalJSON()
		if err != nil {
			http.Error(w, "cannot encode the answer", http.StatusInternalServerError)
			return
		}
		body.Write(data)
		if status != http.StatusOK {
			kind = "application/json" // recorded of token refusals
		}
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

// writeXML writes the record as elements of a root.
func writeXML(b *bytes.Buffer, root string, r record) {
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	open := root
	if root == "user" {
		open += ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`
	}
	b.WriteString("<" + open + ">")
	writeElements(b, r)
	b.WriteString("</" + root + ">")
}

func writeElements(b *bytes.Buffer, r record) {
	for _, f := range r {
		if f.value == nil {
			b.WriteString("<" + f.name + ` xsi:nil="true"/>`)
			continue
		}
		b.WriteString("<" + f.name + ">")
		if inner, ok := f.value.(record); ok {
			writeElements(b, inner)
		} else {
			_ = xml.EscapeText(b, []byte(fmt.Sprint(f.value))) // a bytes.Buffer does not fail
		}
		b.WriteString("</" + f.name + ">")
	}
}
