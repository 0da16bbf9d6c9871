package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// errChanged says that another process changed the keyset first.
var errChanged = errors.New("another process changed the keys at the same time: try again")

// makeFirst makes the first data key, unless there is one.
func (v *Vault) makeFirst(ctx context.Context) error {
	generation, err := v.generation(ctx, v.db)
	if err != nil || generation > 0 {
		return err
	}
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("vault: make a data key: %w", err)
	}
	err = v.change(ctx, generation, func(tx *sql.Tx) error { return v.store(ctx, tx, v.master, handle) })
	switch {
	case errors.Is(err, errChanged): // another replica has made one
		return nil
	case err != nil:
		return err
	}
	v.logger.InfoContext(ctx, "the vault's first data key was made", "master_key", v.master.Fingerprint())
	return nil
}

// RotateDataKey makes a new data key. Every Vault on the database seals with it
// from now on and goes on opening what the older ones sealed; the rooms re-seal
// their rows afterwards. *ManyMasterKeysError while a master key is being
// changed.
//
// Older data keys are kept: a row that was being written while the rooms
// re-sealed, and a backup of a table, would be lost without them.
func (v *Vault) RotateDataKey(ctx context.Context) error {
	k, wrapped, err := v.look(ctx)
	if err != nil {
		return err
	}
	if len(wrapped) > 1 {
		return &ManyMasterKeysError{Fingerprints: wrapped}
	}
	manager := keyset.NewManagerFromHandle(k.handle)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err == nil {
		err = manager.SetPrimary(id)
	}
	if err != nil {
		return fmt.Errorf("vault: make a data key: %w", err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return fmt.Errorf("vault: make a data key: %w", err)
	}
	if err := v.change(ctx, k.generation, func(tx *sql.Tx) error { return v.store(ctx, tx, v.master, handle) }); err != nil {
		return err
	}
	v.logger.InfoContext(ctx, "a new data key was made", "data_keys", handle.Len())
	_, err = v.reload(ctx, k.generation+1)
	return err
}

// AddMasterKey lets another master key open the database too, so that servers
// can be given it one after the other.
func (v *Vault) AddMasterKey(ctx context.Context, master MasterKey) error {
	if master.IsZero() {
		return errors.New("vault: no master key to add")
	}
	k, wrapped, err := v.look(ctx)
	if err != nil {
		return err
	}
	if slices.Contains(wrapped, master.Fingerprint()) {
		return nil
	}
	if err := v.change(ctx, k.generation, func(tx *sql.Tx) error { return v.store(ctx, tx, master, k.handle) }); err != nil {
		return err
	}
	v.logger.InfoContext(ctx, "another master key opens the database", "master_key", master.Fingerprint())
	_, err = v.reload(ctx, k.generation+1)
	return err
}

// RetireOthers ends every master key but this Vault's: a server that still has
// another one cannot seal any more, nor start.
func (v *Vault) RetireOthers(ctx context.Context) error {
	k, wrapped, err := v.look(ctx)
	if err != nil {
		return err
	}
	if len(wrapped) == 1 {
		return nil
	}
	if err := v.change(ctx, k.generation, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM vault_keysets WHERE fingerprint <> $1`, v.master.Fingerprint())
		return err
	}); err != nil {
		return err
	}
	v.logger.InfoContext(ctx, "one master key opens the database from now on", "master_key", v.master.Fingerprint())
	_, err = v.reload(ctx, k.generation+1)
	return err
}

// look reads the keys as they are now, and for whom they are wrapped.
func (v *Vault) look(ctx context.Context) (*keys, []string, error) {
	k, err := v.read(ctx, v.db)
	if err != nil {
		return nil, nil, err
	}
	wrapped, err := fingerprints(ctx, v.db)
	return k, wrapped, err
}

// store writes the data keys, wrapped by a master key.
func (v *Vault) store(ctx context.Context, tx *sql.Tx, master MasterKey, handle *keyset.Handle) error {
	sealed, err := wrap(master, handle)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO vault_keysets (fingerprint, sealed, created_at) VALUES ($1, $2, $3)
		ON CONFLICT (fingerprint) DO UPDATE SET sealed = excluded.sealed`, master.Fingerprint(), sealed, v.now().UnixMilli())
	return err
}

// change runs fn in one transaction with the step from generation to the next
// one; errChanged when that was taken already.
func (v *Vault) change(ctx context.Context, generation int64, fn func(*sql.Tx) error) error {
	tx, err := v.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("vault: change the keys: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	result, err := tx.ExecContext(ctx, `UPDATE vault_state SET generation = generation + 1 WHERE id = 1 AND generation = $1`, generation)
	if err != nil {
		return fmt.Errorf("vault: change the keys: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errChanged, err)
	}
	if err := fn(tx); err != nil {
		return fmt.Errorf("vault: change the keys: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("vault: change the keys: %w", err)
	}
	return nil
}
