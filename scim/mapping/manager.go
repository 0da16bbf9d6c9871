package mapping

// manager names another user. Who that is only the org can tell, so a Draft
// carries a Reference; held is ManagerId. A manager who does not exist yet leaves
// the field empty, and the IdP reads back whom it named.
type manager struct{}

func (manager) plain(v view) any {
	id := v.optional("ManagerId")
	if id == nil {
		return nil
	}
	return named(v, id)
}

// named is the attribute with the manager's name, where the org tells it.
func named(v view, value any) any {
	out := map[string]any{"value": value}
	if name := v.optional("Manager.Name"); name != nil {
		out["displayName"] = name
	}
	return out
}

func (manager) held(r record) any { return r.optional("ManagerId") }

func (m manager) show(v view, was Remembered) (any, bool) {
	now, sent := v.text("ManagerId"), m.value(was.Sent)
	if sent != "" && (equal(v.optional("ManagerId"), was.Held) || sameID(now, sent)) {
		return named(v, was.Sent.(map[string]any)["value"]), true
	}
	return m.plain(v), false
}

func (m manager) write(d *drafting, _, value any) {
	if value == nil {
		d.draft.Manager = &Reference{}
		return
	}
	sent := m.value(value)
	if sent == "" {
		d.refuse("a value is expected: the manager's id, userName or externalId")
		return
	}
	d.draft.Manager = &Reference{Value: sent}
}

// same compares the value only: the name is read-only.
func (m manager) same(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return m.value(a) == m.value(b)
}

func (manager) value(v any) string {
	element, _ := v.(map[string]any)
	return sub(element, "value")
}
