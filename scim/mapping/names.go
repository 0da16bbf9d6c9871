package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	aliasLength    = 8
	nicknameLength = 40
	lastNameLength = 80
)

// Alias makes what Salesforce requires as a user's short name: the first letter
// of the given name and up to seven of the family name, in lower-case ASCII
// letters and digits. Names that have none of those (in other scripts) leave it
// to userName. Aliases need not be unique.
func Alias(given, family, userName string) string {
	given, family = plainASCII(given), plainASCII(family)
	if family == "" {
		given, family = "", plainASCII(localPart(userName))
	}
	if family == "" {
		return "user"
	}
	alias := given[:min(len(given), 1)] + family
	return alias[:min(len(alias), aliasLength)]
}

// Nickname makes a CommunityNickname, which must be unique in the org, from the
// local part of userName. Attempt 0 is the plain one; further attempts, for when
// Salesforce answers DUPLICATE_COMM_NICKNAME, add a suffix that depends on the
// whole userName, so that the first of them is free in all likelihood. The same
// arguments make the same nickname.
func Nickname(userName string, attempt int) string {
	local := localPart(userName)
	if local == "" {
		local = "user"
	}
	if attempt <= 0 {
		return cut(local, nicknameLength)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", strings.ToLower(userName), attempt))
	suffix := "-" + hex.EncodeToString(sum[:4])
	return cut(local, nicknameLength-len(suffix)) + suffix
}

// lastName is the LastName of a new user whose name.familyName was not sent.
func lastName(displayName, userName string) string {
	if words := strings.Fields(displayName); len(words) > 0 {
		return cut(words[len(words)-1], lastNameLength)
	}
	return cut(localPart(userName), lastNameLength)
}

// checkUserName says what is wrong with a userName, "" when nothing is.
func checkUserName(s string) string {
	if isAddress(s) {
		return ""
	}
	return fmt.Sprintf("%q is not in the form of an e-mail address (for example, ann@acme.example), which Salesforce wants of a username", short(s))
}

// localPart is what stands before the @.
func localPart(userName string) string {
	local, _, _ := strings.Cut(userName, "@")
	return local
}

// cut shortens to n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// plainASCII writes Latin letters without their accents, in lower case, and
// leaves out all that is then no ASCII letter or digit.
func plainASCII(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteRune(r)
		case r >= utf8.RuneSelf:
			b.WriteString(unaccented(r))
		}
	}
	return b.String()
}

// unaccented is the ASCII for one lower-case Latin letter with an accent, "" for
// everything else. Combining accents are everything else, so that decomposed
// text comes out the same.
func unaccented(r rune) string {
	for _, group := range []struct{ ascii, letters string }{
		{"a", "àáâãäåāăąǎǻạảấầẩẫậắằẳẵặ"},
		{"ae", "æǽ"},
		{"c", "çćĉċč"},
		{"d", "ďđð"},
		{"e", "èéêëēĕėęěẹẻẽếềểễệ"},
		{"g", "ĝğġģǧ"},
		{"h", "ĥħ"},
		{"i", "ìíîïĩīĭįıỉịǐ"},
		{"j", "ĵ"},
		{"k", "ķĸǩ"},
		{"l", "ĺļľŀł"},
		{"n", "ñńņňŉŋ"},
		{"o", "òóôõöøōŏőơọỏốồổỗộớờởỡợǒǿ"},
		{"oe", "œ"},
		{"r", "ŕŗř"},
		{"s", "śŝşšșſ"},
		{"ss", "ß"},
		{"t", "ţťŧț"},
		{"th", "þ"},
		{"u", "ùúûüũūŭůűųưụủứừửữựǔ"},
		{"w", "ŵẁẃẅ"},
		{"y", "ýÿŷỳỵỷỹ"},
		{"z", "źżž"},
	} {
		if strings.ContainsRune(group.letters, r) {
			return group.ascii
		}
	}
	return ""
}
