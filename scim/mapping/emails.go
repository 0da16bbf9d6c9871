package mapping

import (
	"slices"
	"strings"
)

// emails has one field behind it. The echo is the whole list as sent, so that
// types, displays and further addresses come back; held is Email. Salesforce
// keeps the old address until the owner of the new one confirms it: until then
// held is the old address, and the IdP reads the one that it sent.
type emails struct{}

const emailLength = 128 // of User.Email, where describe does not say

// main is the index of the address that Salesforce holds: the primary, else the
// one of type work, else the first; -1 for none.
func (emails) main(all []map[string]any) int {
	valued := func(e map[string]any) bool { return sub(e, "value") != "" }
	if i := slices.IndexFunc(all, func(e map[string]any) bool { return valued(e) && isPrimary(e) }); i >= 0 {
		return i
	}
	if i := slices.IndexFunc(all, func(e map[string]any) bool { return valued(e) && hasType(e, "work") }); i >= 0 {
		return i
	}
	return slices.IndexFunc(all, valued)
}

// address is the value of the main one, "" for none.
func (m emails) address(value any) string {
	all, _ := elements(value)
	if i := m.main(all); i >= 0 {
		return sub(all[i], "value")
	}
	return ""
}

func (emails) plain(v view) any {
	address := v.optional("Email")
	if address == nil {
		return nil
	}
	return []any{map[string]any{"value": address, "type": "work", "primary": true}}
}

func (emails) held(r record) any { return r.optional("Email") }

func (m emails) show(v view, was Remembered) (any, bool) {
	now := v.text("Email")
	all, ok := elements(was.Sent)
	i := m.main(all)
	if !ok || i < 0 {
		return m.plain(v), false
	}
	if equal(v.optional("Email"), was.Held) || strings.EqualFold(now, sub(all[i], "value")) {
		return was.Sent, true
	}
	all = slices.Clone(all)
	if now == "" {
		return list(slices.Delete(all, i, i+1)), true
	}
	all[i] = with(all[i], "value", now)
	delete(all[i], "display") // it described the old address
	return list(all), true
}

func (m emails) write(d *drafting, before, value any) {
	all, ok := d.elements(value)
	if !ok {
		return
	}
	i := m.main(all)
	if i < 0 {
		d.note("no address was sent")
		return
	}
	address := sub(all[i], "value")
	switch {
	case !d.fits("Email", emailLength, address):
	case !isAddress(address):
		d.refuse("%q is not an e-mail address", address)
	case before != nil && m.address(before) == address:
		// only types, displays or further addresses changed: the echo keeps those
	default:
		d.set("Email", all[i]["value"])
	}
}

func (emails) same(a, b any) bool { return equal(a, b) }

// isAddress tells whether Salesforce would take the text as an e-mail address,
// as far as that can be told without asking: one @, something before it, and a
// dot in the domain.
func isAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || strings.ContainsAny(s, " \t\r\n,;<>\"()[]\\:") || strings.Contains(domain, "@") {
		return false
	}
	return strings.Contains(domain, ".") && !strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".") && !strings.Contains(domain, "..")
}
