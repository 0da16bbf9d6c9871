package mapping

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// Version is a weak entity tag (RFC 7644 section 3.14) of parts without blanks,
// quotes and "-".
func Version(parts ...string) string { return `W/"` + strings.Join(parts, "-") + `"` }

// Digest tells JSON values apart, in 8 hexadecimal digits.
func Digest(values ...any) string {
	var told []byte
	for _, v := range values {
		told = appendValue(told, v)
	}
	return digest(told)
}

func digest(told []byte) string {
	sum := sha256.Sum256(told)
	return hex.EncodeToString(sum[:4])
}

// appendValue adds a JSON value, so that no two different ones add the same: what
// it is in one letter, and of what has parts how many or how long.
func appendValue(to []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(to, '0')
	case bool:
		if v {
			return append(to, 't')
		}
		return append(to, 'f')
	case string:
		return appendText(to, 's', v)
	case []any:
		to = binary.AppendUvarint(append(to, 'l'), uint64(len(v)))
		for _, element := range v {
			to = appendValue(to, element)
		}
		return to
	case map[string]any:
		var room [16]string
		names := room[:0]
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		to = binary.AppendUvarint(append(to, 'o'), uint64(len(v)))
		for _, name := range names {
			to = appendValue(appendText(to, 's', name), v[name])
		}
		return to
	}
	text, _ := json.Marshal(value) // a JSON value: cannot fail
	return appendText(to, 'j', string(text))
}

func appendText(to []byte, kind byte, text string) []byte {
	return append(binary.AppendUvarint(append(to, kind), uint64(len(text))), text...)
}
