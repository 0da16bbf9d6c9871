package authority

import (
	"net"
	"net/http"
	"net/netip"
	"time"
)

// LoginPolicy is what an org's administrator settles for all apps. The zero
// value lets everybody in from everywhere.
type LoginPolicy struct {
	// Closed makes the org one that is locked, closed or suspended: nobody
	// logs in.
	Closed bool
	// IPRanges are the login IP ranges by Profile.Name; "" holds those of the
	// whole org. A profile without ranges is let in from anywhere.
	IPRanges map[string][]netip.Prefix
	// SessionTTL is the session timeout by Profile.Name.
	SessionTTL map[string]time.Duration
	// PasswordFlow is "Allow OAuth Username-Password Flows".
	PasswordFlow bool
	// SecurityTokens, by lower-cased username, must follow the password in the
	// username-password flow.
	SecurityTokens map[string]string
	// MaxFailures is the number of wrong passwords that locks a user out;
	// default 10, negative for never. LockFor is how long; default 15 minutes,
	// negative until an administrator unlocks.
	MaxFailures int
	LockFor     time.Duration
	// LoginsPerHour bounds the logins of one user; each token answer is one.
	// 0 does not count them; a real org allows 3,600.
	LoginsPerHour int
}

// Defaults of a LoginPolicy.
const (
	defaultMaxFailures = 10
	defaultLockFor     = 15 * time.Minute
)

func (p *LoginPolicy) maxFailures() int {
	if p.MaxFailures == 0 {
		return defaultMaxFailures
	}
	return p.MaxFailures
}

func (p *LoginPolicy) lockFor() time.Duration {
	if p.LockFor == 0 {
		return defaultLockFor
	}
	return p.LockFor
}

// admits says whether a user of the profile may log in from the address.
func (p *LoginPolicy) admits(profile string, from netip.Addr) bool {
	for _, of := range []string{"", profile} {
		ranges := p.IPRanges[of]
		inside := len(ranges) == 0
		for _, one := range ranges {
			inside = inside || one.Contains(from)
		}
		if !inside {
			return false
		}
	}
	return true
}

// addressOf is the client's address; the zero Addr where it has none.
func addressOf(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap()
}
