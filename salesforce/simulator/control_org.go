package simulator

import (
	"net/http"
)

// maxDump bounds the dump that is loaded; one of a million people has a
// gigabyte.
const maxDump = 8 << 30

// dump writes all that the org holds, passwords too, as lines of JSON.
func (c *control) dump() error {
	c.w.Header().Set("Content-Type", "application/x-ndjson")
	if err := c.site.org.Dump(c.w); err != nil {
		// Part of the dump is out: a closed connection is the only way to say so.
		c.cfg.Logger.ErrorContext(c.r.Context(), "dump an org", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// load makes the content of a dump the org's and answers {"id":"00D..."}.
// Sessions whose AuthSession is not in the dump end.
func (c *control) load() error {
	if err := c.site.org.Load(http.MaxBytesReader(c.w, c.r.Body, maxDump)); err != nil {
		return err
	}
	c.site.cursors.forget()
	c.site.redescribe()
	return c.answer(object{{"id", c.site.org.ID()}})
}

// reset makes all orgs as they were at first, their clocks included, and ends
// the weather, all grants and sessions, and what was counted and logged.
func (c *control) reset() error {
	c.ClearWeather()
	c.RevokeAll()
	for _, one := range c.sites {
		if err := one.org.Reset(); err != nil {
			return err
		}
		one.calls.reset()
		one.log.reset()
		one.day.Set(one.now(), 0)
		one.cursors.forget()
		one.redescribe()
	}
	return c.done()
}
