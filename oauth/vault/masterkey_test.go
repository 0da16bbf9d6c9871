package vault_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"scimforce/oauth/vault"
)

func TestMasterKeyComesBackFromItsText(t *testing.T) {
	key := masterKey(t)
	for _, text := range []string{key.Text(), " " + key.Text() + "\r\n"} {
		again, err := vault.ParseMasterKey(text)
		if err != nil || again.Text() != key.Text() || again.Fingerprint() != key.Fingerprint() {
			t.Errorf("%v", err)
		}
	}
	var none vault.MasterKey
	if again, _ := vault.ParseMasterKey(key.Text()); !key.Equal(again) || key.Equal(none) || none.Equal(key) || !none.Equal(none) || key.Equal(masterKey(t)) {
		t.Error("equal keys are told wrongly")
	}
	if other := masterKey(t); other.Text() == key.Text() || other.Fingerprint() == key.Fingerprint() {
		t.Error("two keys are one")
	}
	if len(key.Text()) != len("scimforce-master-")+48 {
		t.Errorf("a text of %d characters", len(key.Text()))
	}
}

// known is a key that must mean the same for ever: databases are sealed by such.
const known = "scimforce-master-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh-RJn6K"

func TestFormOfTheMasterKeyIsForEver(t *testing.T) {
	key, err := vault.ParseMasterKey(known)
	if err != nil {
		t.Fatal(err)
	}
	if got := key.Fingerprint(); got != "fcbed032159b327a" {
		t.Errorf("fingerprint %s", got)
	}
}

func TestWhatIsNoMasterKeyIsExplainedWithoutRepeatingIt(t *testing.T) {
	text := masterKey(t).Text()
	body := strings.TrimPrefix(text, "scimforce-master-")
	typo := []byte(body)
	typo[7] = map[bool]byte{true: 'A', false: 'B'}[typo[7] != 'A']
	for name, test := range map[string]struct{ text, want string }{
		"nothing":              {" \n", "scimforce keys new"},
		"another secret":       {"hunter2hunter2", "begins with scimforce-master-"},
		"the rest of a key":    {body, "begins with scimforce-master-"},
		"cut off":              {text[:len(text)-1], "47 characters"},
		"twice":                {text + text, "copy the whole"},
		"a typo":               {"scimforce-master-" + string(typo), "mistyped"},
		"a strange character":  {"scimforce-master-" + strings.Repeat("!", 48), "no master key has"},
		"a line break within":  {text[:30] + "\n" + text[31:], "no master key has"},
		"base64 of other kind": {"scimforce-master-" + strings.Repeat("+", 48), "no master key has"},
	} {
		_, err := vault.ParseMasterKey(test.text)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
			continue
		}
		if trimmed := strings.TrimSpace(test.text); trimmed != "" && strings.Contains(err.Error(), trimmed) || strings.Contains(err.Error(), body[:8]) {
			t.Errorf("%s is repeated: %v", name, err)
		}
	}
}

func TestMasterKeyIsNotShown(t *testing.T) {
	key := masterKey(t)
	secrets := []string{key.Text(), strings.TrimPrefix(key.Text(), "scimforce-master-")}
	config := vault.Config{MasterKey: key}
	hidden := struct{ key vault.MasterKey }{key} // fmt does not ask private fields
	var shown bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%T", "%08b", "%o", "%c", "%U"} {
		for _, value := range []any{key, &key, config, &config, hidden, &hidden, []any{key}, map[string]any{"k": hidden}} {
			fmt.Fprintf(&shown, verb+"\n", value)
		}
	}
	text, err1 := json.Marshal(map[string]any{"h": hidden})
	_, err2 := json.Marshal(map[string]any{"k": key})
	if err1 != nil || err2 == nil {
		t.Error("a key is encoded", err1)
	}
	shown.Write(text)
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&shown, nil), slog.NewTextHandler(&shown, nil)} {
		slog.New(handler).Info("x", "key", key, "pointer", &key, "group", slog.GroupValue(slog.Any("k", key)), "list", []any{key}, "config", config, "hidden", hidden)
	}
	// The bytes of the key in any of the forms above.
	decoded, err := base64.RawURLEncoding.DecodeString(secrets[1])
	if err != nil {
		t.Fatal(err)
	}
	secrets = append(secrets, hex.EncodeToString(decoded[:8]), strings.ToUpper(hex.EncodeToString(decoded[:8])), string(decoded[:8]),
		strings.Trim(fmt.Sprint(decoded[:4]), "[]"), strings.Trim(fmt.Sprintf("%#v", decoded[:4]), "[]byte{}"))
	for _, secret := range secrets {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	if !strings.Contains(shown.String(), key.Fingerprint()) {
		t.Error("the fingerprint is not shown either")
	}
}

func FuzzParseMasterKey(f *testing.F) {
	f.Add(known)
	f.Add("scimforce-master-")
	f.Add(strings.Repeat("A", 70))
	f.Fuzz(func(t *testing.T, text string) {
		key, err := vault.ParseMasterKey(text)
		if err != nil {
			if !key.IsZero() {
				t.Error("a key with an error")
			}
			return
		}
		if key.Text() != strings.TrimSpace(text) {
			t.Errorf("%q is taken for %q", text, key.Text())
		}
	})
}

func TestDerivedKeysDependOnTheMasterKeyAndThePurpose(t *testing.T) {
	derive := func(k vault.MasterKey, purpose string) string {
		key, err := k.Derive(purpose)
		if err != nil || len(key) != 32 {
			t.Fatalf("%d bytes, %v", len(key), err)
		}
		return string(key)
	}
	one, other := masterKey(t), masterKey(t)
	first, again := derive(one, "a"), derive(one, "a")
	if first != again {
		t.Error("the same master key gives different keys")
	}
	if derive(one, "a") == derive(one, "b") || derive(one, "a") == derive(other, "a") {
		t.Error("another purpose, or another master key, gives the same key")
	}
	if _, err := (vault.MasterKey{}).Derive("a"); err == nil {
		t.Error("a key was derived from none")
	}
}
