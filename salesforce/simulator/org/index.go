package org

import (
	"hash/maphash"
	"iter"
	"strings"
)

// index finds the records of a table by the value of one field. It is a hash
// table with open addressing that keeps no copy of any key: a cell holds half
// of the key's hash and where the records are, which have the key themselves.
// With a million records in it that is some 16 bytes a record instead of a
// hundred.
type index struct {
	t     *table
	field int
	fold  bool // text: case is ignored, as SOQL's = does
	hash  maphash.Seed
	cells []uint64 // hash<<32 | where; 0 is an empty cell
	used  int
	lists []*positions // of the keys that several records share
	spare []uint32     // places in lists that are free
}

// shared marks a cell that points into lists; else it is a position + 1.
const shared = 1 << 31

func newIndex(t *table, field int) *index {
	kind := t.obj.Fields[field].Type
	return &index{
		t: t, field: field, hash: maphash.MakeSeed(), cells: make([]uint64, 8),
		fold: kind != "reference" && kind != "id",
	}
}

// keyOf is the text a record is filed under; the null value is not filed.
func (ix *index) keyOf(r *row) (string, bool) {
	if r == nil || r.part.deleted && ix.field != 0 {
		return "", false
	}
	s, ok := Record{ix.t, r}.stored(ix.field).(string)
	return s, ok
}

// same reports whether two texts are filed under one key.
func (ix *index) same(a, b string) bool {
	if a == b || !ix.fold {
		return a == b
	}
	if isASCII(a) && isASCII(b) { // beyond ASCII, EqualFold finds more letters alike than SOQL does
		return strings.EqualFold(a, b)
	}
	a, b = strings.ToLower(a), strings.ToLower(b)
	return a == b
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func (ix *index) sum(key string) uint32 {
	if !ix.fold {
		return uint32(maphash.String(ix.hash, key))
	}
	var buffer [128]byte
	if len(key) > len(buffer) || !isASCII(key) {
		return uint32(maphash.String(ix.hash, strings.ToLower(key)))
	}
	for i := range len(key) {
		buffer[i] = lower(key[i])
	}
	return uint32(maphash.Bytes(ix.hash, buffer[:len(key)]))
}

// cell finds the cell of a key, or the empty one where it belongs.
func (ix *index) cell(key string, sum uint32) (at int, found bool) {
	mask := len(ix.cells) - 1
	for at = int(sum) & mask; ix.cells[at] != 0; at = (at + 1) & mask {
		if uint32(ix.cells[at]>>32) != sum {
			continue
		}
		if have, ok := ix.keyOf(ix.t.slots[ix.sample(ix.cells[at])]); ok && ix.same(have, key) {
			return at, true
		}
	}
	return at, false
}

// sample is one of the records that a cell stands for.
func (ix *index) sample(cell uint64) position {
	where := uint32(cell)
	if where&shared != 0 {
		return ix.lists[where&^shared].chunks[0][0]
	}
	return where - 1
}

// add files the record at p, whose key it is.
func (ix *index) add(key string, p position) {
	if (ix.used+1)*4 > len(ix.cells)*3 {
		ix.grow(len(ix.cells) * 2)
	}
	sum := ix.sum(key)
	at, found := ix.cell(key, sum)
	if !found {
		ix.cells[at] = uint64(sum)<<32 | uint64(p+1)
		ix.used++
		return
	}
	where := uint32(ix.cells[at])
	if where&shared != 0 {
		ix.lists[where&^shared].add(p)
		return
	}
	list := &positions{}
	list.add(where - 1)
	list.add(p)
	ix.cells[at] = uint64(sum)<<32 | uint64(ix.keep(list)|shared)
}

// keep gives a list a place.
func (ix *index) keep(list *positions) uint32 {
	if n := len(ix.spare); n > 0 {
		place := ix.spare[n-1]
		ix.spare = ix.spare[:n-1]
		ix.lists[place] = list
		return place
	}
	ix.lists = append(ix.lists, list)
	return uint32(len(ix.lists) - 1)
}

// drop takes the record at p out while its slot still holds the key.
func (ix *index) drop(key string, p position) {
	sum := ix.sum(key)
	at, found := ix.cell(key, sum)
	if !found {
		return
	}
	where := uint32(ix.cells[at])
	if where&shared == 0 {
		if where-1 == p {
			ix.empty(at)
		}
		return
	}
	list := ix.lists[where&^shared]
	list.drop(p)
	if list.n == 1 { // a list of one is none
		ix.cells[at] = uint64(sum)<<32 | uint64(list.chunks[0][0]+1)
		ix.lists[where&^shared] = nil
		ix.spare = append(ix.spare, where&^shared)
	}
}

// empty frees a cell and moves up those behind it that a search would no longer
// reach.
func (ix *index) empty(at int) {
	mask := len(ix.cells) - 1
	ix.used--
	for next := (at + 1) & mask; ix.cells[next] != 0; next = (next + 1) & mask {
		home := int(uint32(ix.cells[next]>>32)) & mask
		if (next-home)&mask >= (next-at)&mask {
			ix.cells[at] = ix.cells[next]
			at = next
		}
	}
	ix.cells[at] = 0
}

// grow makes room for size cells, a power of two.
func (ix *index) grow(size int) {
	old := ix.cells
	ix.cells = make([]uint64, size)
	mask := size - 1
	for _, c := range old {
		if c == 0 {
			continue
		}
		at := int(uint32(c>>32)) & mask
		for ix.cells[at] != 0 {
			at = (at + 1) & mask
		}
		ix.cells[at] = c
	}
}

// count is the number of records filed under a key.
func (ix *index) count(key string) int {
	at, found := ix.cell(key, ix.sum(key))
	switch where := uint32(ix.cells[at]); {
	case !found:
		return 0
	case where&shared != 0:
		return ix.lists[where&^shared].n
	}
	return 1
}

// first is the lowest of the positions filed under a key.
func (ix *index) first(key string) (position, bool) {
	at, found := ix.cell(key, ix.sum(key))
	if !found {
		return 0, false
	}
	return ix.sample(ix.cells[at]), true
}

// walk gives the positions filed under a key that are not below from.
func (ix *index) walk(key string, from position) iter.Seq[position] {
	at, found := ix.cell(key, ix.sum(key))
	where := uint32(ix.cells[at])
	if found && where&shared != 0 {
		return ix.lists[where&^shared].from(from)
	}
	return func(yield func(position) bool) {
		if found && where-1 >= from {
			yield(where - 1)
		}
	}
}
