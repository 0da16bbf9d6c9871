package query

import "strings"

// pattern is the right side of a LIKE, folded unless its field tells case apart.
type pattern struct {
	glyphs []glyph
	folds  bool
	pieces []string // between the %, when nothing else is wild
}

func newPattern(glyphs []glyph, folds bool) pattern {
	p := pattern{folds: folds}
	for _, g := range glyphs {
		char := string(g.char)
		if folds {
			char = strings.ToLower(char)
		}
		for _, r := range char {
			p.glyphs = append(p.glyphs, glyph{r, g.wild})
		}
	}
	piece := ""
	for _, g := range p.glyphs {
		switch {
		case g.wild && g.char == '_':
			p.pieces = nil
			return p
		case g.wild:
			p.pieces = append(p.pieces, piece)
			piece = ""
		default:
			piece += string(g.char)
		}
	}
	p.pieces = append(p.pieces, piece)
	return p
}

// matches compares a whole text: % is any run of characters, _ exactly one.
func (p pattern) matches(s string) bool {
	if p.folds {
		s = strings.ToLower(s)
	}
	if p.pieces == nil {
		return likes(p.glyphs, []rune(s))
	}
	first, last := p.pieces[0], p.pieces[len(p.pieces)-1]
	if len(p.pieces) == 1 {
		return s == first
	}
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, piece := range p.pieces[1 : len(p.pieces)-1] {
		at := strings.Index(s, piece)
		if at < 0 {
			return false
		}
		s = s[at+len(piece):]
	}
	return true
}

// likes is matches character by character.
func likes(pattern []glyph, s []rune) bool {
	p, i := 0, 0
	star, mark := -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p].wild && pattern[p].char == '%':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p].wild || pattern[p].char == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p].wild && pattern[p].char == '%' {
		p++
	}
	return p == len(pattern)
}
