package org

// mix refuses a write of a kind that the transaction cannot have any more:
// setup objects and others do not go together. A neutral write goes with both.
// nil, no transaction, refuses nothing. The documented list of setup objects says
// of itself that it is not whole.
// unverified: that PermissionSetGroup, PermissionSetLicenseAssign, UserPackageLicense, UserLogin, Profile and Organization count as setup objects in a transaction
func (tx *transaction) mix(obj *Object, setup, neutral bool) Errors {
	switch {
	case tx == nil || neutral:
	case tx.wrote == nil:
		tx.wrote = obj
	case tx.wrote.Setup != setup:
		return one(400, "MIXED_DML_OPERATION", "DML operation on setup object is not permitted after you have updated a "+
			"non-setup object (or vice versa): "+obj.Name+", original object: "+tx.wrote.Name)
	}
	return nil
}

// isNeutral reports whether the write goes into any transaction: as documented,
// a user made without a role, a user of whom none of six fields is touched, a
// group made or changed.
func (w *write) isNeutral() bool {
	switch w.t.obj.Name {
	case "Group":
		return true
	case "User":
		if w.inserting() {
			return w.get("UserRoleId") == nil
		}
		for _, field := range []string{"UserRoleId", "IsActive", "ForecastEnabled", "IsPortalEnabled", "Username", "ProfileId"} {
			if i := w.index(field); i >= 0 && w.given[i] {
				return false
			}
		}
		return true
	}
	return false
}
