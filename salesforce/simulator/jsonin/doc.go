// Package jsonin reads JSON as the parser in front of a Salesforce org does: it
// knows the place of every value, complains in that parser's words, and is
// bounded in depth and number of values.
//
// The recorded complaints ("was expecting a colon to separate field name and
// value", "Unrecognized field") are those of Jackson 1.9 with Salesforce's own
// form of the place behind them, so the words not recorded are taken from there
// and so is where it counts from.
package jsonin
