package mapping

import "strings"

// localeKind is one of the three restricted picklists that every user needs:
// his language, his locale and his time zone.
type localeKind int

const (
	language localeKind = iota
	locale
	timeZone
)

// attribute of SCIM.
func (k localeKind) attribute() string {
	return [...]string{"preferredLanguage", "locale", "timezone"}[k]
}

// field of User.
func (k localeKind) field() string {
	return [...]string{"LanguageLocaleKey", "LocaleSidKey", "TimeZoneSidKey"}[k]
}

func (k localeKind) noun() string {
	return [...]string{"language", "locale", "time zone"}[k]
}

// plain spells languages and locales as BCP 47 does: en_US is en-US.
func (k localeKind) plain(v view) any {
	value := v.optional(k.field())
	if s, _ := value.(string); k != timeZone && strings.Contains(s, "_") {
		return k.spell(s)
	}
	return value
}

func (k localeKind) held(r record) any { return r.optional(k.field()) }

func (k localeKind) show(v view, was Remembered) (any, bool) {
	now := v.text(k.field())
	sent, _ := was.Sent.(string)
	if equal(v.optional(k.field()), was.Held) || k.key(now) == k.key(sent) {
		return was.Sent, true
	}
	return k.plain(v), false
}

func (k localeKind) write(d *drafting, before, value any) {
	sent, ok := d.word(value)
	if !ok {
		return
	}
	if old, ok := before.(string); ok && k.key(old) == k.key(sent) {
		return // only spelled otherwise
	}
	f, _ := d.field(k.field())
	found, how := k.find(f.Values, sent)
	switch {
	case how == exactly:
	case d.strict:
		if found == "" {
			found = nearest(f.Values, sent)
		}
		d.unknown = true
		d.refuse("%q is no %s of this org; the nearest is %q", short(sent), k.noun(), k.spell(found))
		return
	default:
		if found == "" {
			found = k.standard(d)
		}
		if found == "" {
			d.refuse("%q is no %s of this org, and there is no default to use instead", short(sent), k.noun())
			return
		}
		d.note("%q is no %s of this org; %q is used", short(sent), k.noun(), found)
	}
	if d.fits(k.field(), 40, found) {
		d.set(k.field(), found)
	}
}

func (localeKind) same(a, b any) bool { return equal(a, b) }

// spell is plain of one value.
func (k localeKind) spell(s string) string {
	if k == timeZone {
		return s
	}
	return strings.ReplaceAll(s, "_", "-")
}

// standard is the value for a user of whom nobody says it: the configuration's,
// else the org's own; "" when neither knows.
func (k localeKind) standard(d *drafting) string {
	configured := [...]string{d.defaults.Language, d.defaults.Locale, d.defaults.TimeZone}[k]
	org := [...]string{d.org.Language, d.org.Locale, d.org.TimeZone}[k]
	if configured == "" {
		return org
	}
	f, _ := d.field(k.field())
	if found, how := k.find(f.Values, configured); how != not {
		return found
	}
	d.note("the configured default %q is no %s of this org; the org's own default is used", configured, k.noun())
	return org
}
