package doctor

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"scimforce/oauth"
)

const (
	skewWarn = time.Minute     // logs and expiries become hard to read
	skewFail = 3 * time.Minute // an assertion's exp may be at most that far ahead

	usageWarn = 20 // percent of the day's calls left
	usageFail = 5

	certificateWarn = 14 * 24 * time.Hour
)

// surroundings judges what is around the org: its allocation, the clocks, our
// own address.
func (f findings) surroundings() []Check {
	return []Check{f.allocation(), f.clocks(), f.public()}
}

func (f findings) allocation() Check {
	c := Check{ID: "allocation", Title: "API calls left today"}
	usage := f.config.Salesforce.Usage()
	if f.tokenErr != nil || usage.Seen.IsZero() {
		c.State, c.Detail = Unknown, "Salesforce has not told how many are used."
		return c
	}
	left := usage.Limit - usage.Used
	c.State, c.Detail = OK, fmt.Sprintf("%d of %d are left.", max(left, 0), usage.Limit)
	// Products, not quotients: 19.9 percent are below 20.
	switch {
	case left*100 < usage.Limit*usageFail:
		c.State = Failed
	case left*100 < usage.Limit*usageWarn:
		c.State = Warning
	default:
		return c
	}
	c.Remedy = "Find what uses them in Setup, API Usage, or ask Salesforce for more."
	return c
}

func (f findings) clocks() Check {
	c := Check{ID: "clock", Title: "Clock"}
	if f.tokenErr != nil || f.skewErr != nil {
		why := f.tokenErr
		if why == nil {
			why = f.skewErr
		}
		c.State, c.Detail = Unknown, notAsked(why)
		return c
	}
	off, side := f.skew, "behind"
	if off < 0 {
		off, side = -off, "ahead of"
	}
	c.State, c.Detail = OK, "It agrees with Salesforce's to a minute."
	if off > skewWarn {
		c.State, c.Detail = Warning, fmt.Sprintf("It is %v %s Salesforce's.", off.Round(time.Second), side)
		if off > skewFail && f.config.Connection.Flow == oauth.JWTBearerFlow {
			c.State = Failed
			c.Detail += " Salesforce refuses assertions signed at such a time."
		}
		c.Remedy = "Let this machine set its clock by NTP."
	}
	return c
}

// public judges the address under which the identity provider and the browser
// of the web server flow reach the bridge.
func (f findings) public() Check {
	c := Check{ID: "public-url", Title: "Public address"}
	address := f.config.PublicURL
	u, err := url.Parse(address)
	switch {
	case address == "":
		c.State, c.Detail = Warning, "None is configured: the callback URL is guessed from each request."
		c.Remedy = "Set SCIMFORCE_PUBLIC_URL to the address that the identity provider uses."
	case err != nil || u.Host == "":
		c.State, c.Detail = Failed, "It is no URL."
		c.Remedy = "Set SCIMFORCE_PUBLIC_URL to an address such as https://scim.acme.example."
	case f.publicErr != nil:
		c.State, c.Detail = Failed, fmt.Sprintf("%s/healthz cannot be reached from here: %s.", u.Redacted(), plain(f.publicErr))
		c.Remedy = "Check the name in DNS, the proxy in front of the bridge, its certificate, and that the bridge runs."
	case isLoopback(u.Hostname()):
		c.State, c.Detail = Warning, u.Redacted()+" answers, but only on this machine."
		c.Remedy = "Set SCIMFORCE_PUBLIC_URL to an address that the identity provider reaches."
	case u.Scheme != "https":
		c.State, c.Detail = Warning, u.Redacted()+" answers, without TLS: tokens travel in the clear, and Salesforce takes no such callback."
		c.Remedy = "Put a proxy with a certificate in front of the bridge and set SCIMFORCE_PUBLIC_URL to its https address."
	case f.certificate != nil && f.certificate.NotAfter.Sub(f.config.Now()) < certificateWarn:
		c.State, c.Detail = Warning, fmt.Sprintf("%s answers; its certificate ends on %s.", u.Redacted(), f.certificate.NotAfter.UTC().Format(time.DateOnly))
		c.Remedy = "Renew the certificate."
	default:
		c.State, c.Detail = OK, u.Redacted()+" answers by TLS."
	}
	return c
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
