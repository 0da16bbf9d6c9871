package salesforce

// The characters that stand for the five case bits of each third of an id.
const checksumAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

// ID18 gives the 18-character form of a record id, which is what the API
// always answers. It takes the case-sensitive form of 15 characters, and the
// form of 18, which is safe against lost case: the last three characters tell
// the case of the others, which are repaired to it. ok is false for a text
// that is no id.
//
// For each block of five characters a number is made, bit n set when
// character n is an upper-case letter, and written with checksumAlphabet
// (Salesforce help article 000319308).
func ID18(id string) (id18 string, ok bool) {
	if len(id) != 15 && len(id) != 18 {
		return "", false
	}
	var out [18]byte
	for i := range len(id) {
		if !isAlphanumeric(id[i]) {
			return "", false
		}
		out[i] = id[i]
	}
	if len(id) == 15 {
		for block := range 3 {
			bits := 0
			for i := range 5 {
				if isUpper(out[block*5+i]) {
					bits |= 1 << i
				}
			}
			out[15+block] = checksumAlphabet[bits]
		}
		return string(out[:]), true
	}
	for block := range 3 {
		out[15+block] = toUpper(out[15+block])
		bits, known := checksumBits(out[15+block])
		if !known {
			return "", false
		}
		for i := range 5 {
			char := &out[block*5+i]
			switch upper := bits&(1<<i) != 0; {
			case upper && !isLetter(*char):
				return "", false
			case upper:
				*char = toUpper(*char)
			default:
				*char = toLower(*char)
			}
		}
	}
	return string(out[:]), true
}

// KeyPrefix is the first three characters of an id, which say what object it
// is a record of: "005" is User. It is "" for a text that is no id.
func KeyPrefix(id string) string {
	if id, ok := ID18(id); ok {
		return id[:3]
	}
	return ""
}

func checksumBits(c byte) (int, bool) {
	switch {
	case isUpper(c):
		return int(c - 'A'), true
	case c >= '0' && c <= '5':
		return int(c-'0') + 26, true
	default:
		return 0, false
	}
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func isLetter(c byte) bool { return isUpper(c) || c >= 'a' && c <= 'z' }

func isAlphanumeric(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' }

func toUpper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func toLower(c byte) byte {
	if isUpper(c) {
		return c - 'A' + 'a'
	}
	return c
}
