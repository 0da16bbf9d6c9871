package doctor

import (
	"fmt"
	"strconv"
)

// profile judges the profile that new users get by default.
func (f findings) profile() []Check {
	name := f.config.DefaultProfile
	exists := Check{ID: "default-profile", Title: "Default profile"}
	seats := Check{ID: "default-profile-seats", Title: "Seats of its licence"}
	found, err := f.records(askProfiles)
	switch {
	case name == "":
		exists.State, exists.Detail = Warning, "None is configured: a user for whom the identity provider names no profile is refused."
		exists.Remedy = "Set defaults.profile in the configuration file."
		seats.State, seats.Detail = Unknown, "No default profile is configured."
	case f.reached() != nil:
		exists.State, exists.Detail = Unknown, notAsked(f.reached())
		seats.State, seats.Detail = Unknown, notAsked(f.reached())
	case err != nil:
		exists.State, exists.Detail = Unknown, "The org's profiles cannot be read: "+plain(err)+"."
		exists.Remedy = "Give the user View Setup and Configuration, then ask again."
		seats.State, seats.Detail = Unknown, "The org's profiles cannot be read."
	case len(found) == 0:
		exists.State, exists.Detail = Failed, fmt.Sprintf("The org has no profile %q.", name)
		exists.Remedy = "Set defaults.profile in the configuration file to one of the org's profiles, by its name in Setup, Profiles."
		seats.State, seats.Detail = Unknown, "The default profile does not exist."
	default:
		exists.State, exists.Detail = OK, fmt.Sprintf("The org has the profile %q.", name)
		licence := found[0].String("UserLicense.Name")
		total, err1 := strconv.Atoi(found[0].String("UserLicense.TotalLicenses"))
		used, err2 := strconv.Atoi(found[0].String("UserLicense.UsedLicenses"))
		seats.State, seats.Detail = OK, fmt.Sprintf("%d of %d seats of the licence %s are free.", total-used, total, licence)
		switch {
		case err1 != nil || err2 != nil:
			seats.State, seats.Detail = Unknown, fmt.Sprintf("The seats of the licence %s cannot be read.", licence)
		case total < 0: // as many as one likes
			seats.Detail = fmt.Sprintf("The licence %s has no bound.", licence)
		case used >= total:
			seats.State = Failed
			seats.Detail = fmt.Sprintf("All %d seats of the licence %s are taken: no user can be created or activated.", total, licence)
			seats.Remedy = "Deactivate users who have left, buy seats, or choose a default profile of another licence."
		}
	}
	return []Check{exists, seats}
}
