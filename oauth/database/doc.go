// Package database opens the one database that every room keeps its tables in,
// SQLite or PostgreSQL, brings a room's tables up to date and answers what a
// room asks about its errors. It imports drivers and nothing of the product,
// and knows no table.
//
// SQL is written once for both engines:
//
//   - Placeholders are $1, $2 and so on. One that comes again means the same
//     argument, and PostgreSQL wants one type for it in all its places.
//   - Times are BIGINT in Unix milliseconds, flags INTEGER 0 or 1, bytes BYTEA in
//     PostgreSQL's migrations and BLOB in SQLite's.
//   - Text holds any string on SQLite; PostgreSQL's TEXT refuses NUL and bytes
//     that are no UTF-8. What strangers send goes into bytes, or is checked.
//   - Texts are compared byte by byte on both (PostgreSQL's columns that are sorted
//     or searched by prefix say COLLATE "C").
//   - NULL is compared by IS NOT DISTINCT FROM; INSERT ... ON CONFLICT and
//     RETURNING are common to both.
//   - A row that is read to be changed is read in a transaction. SQLite's
//     transactions shut out other writers from their begin; on PostgreSQL such a
//     read says FOR UPDATE, which SQLite does not know.
package database
