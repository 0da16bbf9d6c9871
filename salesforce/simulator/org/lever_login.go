package org

// RecordFailedLogin notes an attempt of the user to log in that failed, which
// makes his UserLogin record if he has none yet; with lock it is the one that
// locks his password. LastLoginDate stays.
func (o *Org) RecordFailedLogin(userID string, lock bool) {
	full, _ := ID18(userID)
	o.write(func(s *store) {
		if _, found := s.users().get(full); !found {
			return
		}
		login := s.loginOf(full)
		if lock {
			s.change(s.table("UserLogin"), login, map[string]any{"IsPasswordLocked": true})
		}
	})
}

// UnlockPassword lets a user whose password is locked log in again.
func (o *Org) UnlockPassword(userID string) {
	full, _ := ID18(userID)
	o.write(func(s *store) {
		if r, ok := s.table("UserLogin").first("UserId", full); ok {
			s.change(s.table("UserLogin"), r.ID(), map[string]any{"IsPasswordLocked": false})
		}
	})
}
