// Package vault seals secrets for the database they rest in. A value is sealed
// with a data key (tink, AES-256-GCM) and bound to the place where it is stored,
// so that it opens nowhere else. The data keys lie in the database too, wrapped
// by the master key, which never does.
//
// The vault does not know what the secrets mean, and no room reads another
// room's.
package vault
