// Package weather decides what goes wrong between a client and a simulated org,
// and when the org's limits are reached: faults at a rate or for the next calls,
// the rolling day of API calls, and the calls that last too long at once. It
// makes the decisions only; what a fault looks like on the wire is the package
// simulator's. All chance comes from a seed: the same seed and the same sequence
// of calls give the same weather.
package weather
