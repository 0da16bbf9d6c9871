package simulator

import (
	"errors"
	"fmt"
	"time"

	"scimforce/salesforce/simulator/weather"
)

// faultWish is the body of POST faults: a kind of weather with a rate or for the
// next calls, or an answer of the caller's own for the next calls.
type faultWish struct {
	weather.Rule
	Seed *int64 `json:"seed"` // starts the chances anew

	After       bool   `json:"after"`
	Delay       string `json:"delay"`
	Status      int    `json:"status"`
	Body        string `json:"body"`
	ContentType string `json:"contentType"`
	Drop        bool   `json:"drop"`
	Reset       bool   `json:"reset"`
	Truncate    bool   `json:"truncate"`
	Dribble     string `json:"dribble"`
}

// own is the fault that the caller describes himself.
func (f *faultWish) own() (Fault, error) {
	var problems []error
	duration := func(name, text string) time.Duration {
		if text == "" {
			return 0
		}
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			problems = append(problems, fmt.Errorf("%s %q is no duration such as 2s", name, text))
		}
		return d
	}
	own := Fault{
		Times: f.Next, Method: f.Method, Resource: f.Resource, After: f.After, Status: f.Status, Body: f.Body, ContentType: f.ContentType,
		Drop: f.Drop, Reset: f.Reset, Truncate: f.Truncate, Delay: duration("delay", f.Delay), Dribble: duration("dribble", f.Dribble),
	}
	if f.Rate != 0 {
		problems = append(problems, errors.New("a rate is for a kind"))
	}
	if f.Next < 0 {
		problems = append(problems, fmt.Errorf("next %d is negative", f.Next))
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		problems = append(problems, fmt.Errorf("status %d is not between 200 and 599", f.Status))
	}
	if f.Body != "" && f.Status == 0 {
		problems = append(problems, errors.New("a body is for a status"))
	}
	return own, errors.Join(problems...)
}

// isOwn says whether the caller describes the fault himself.
func (f *faultWish) isOwn() bool {
	return f.After || f.Delay != "" || f.Status != 0 || f.Body != "" || f.ContentType != "" || f.Drop || f.Reset || f.Truncate || f.Dribble != ""
}

// addFault takes one fault and lists all.
func (c *control) addFault() error {
	var wish faultWish
	if err := c.read(&wish); err != nil {
		return err
	}
	var problems []error
	var own Fault
	switch {
	case wish.Kind == "" && wish.isOwn():
		var err error
		own, err = wish.own()
		problems = append(problems, err)
	case wish.Kind != "" && wish.isOwn():
		problems = append(problems, errors.New("a kind says for itself what the answer is"))
	case wish.Kind != "" || wish.Seed == nil:
		problems = append(problems, wish.Validate())
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	if wish.Seed != nil {
		c.sky.Seed(*wish.Seed)
	}
	switch {
	case wish.Kind != "":
		if err := c.sky.Add(wish.Rule); err != nil {
			return err
		}
	case wish.isOwn():
		c.Simulator.faults.add([]Fault{own})
	}
	return c.faults()
}

// faults lists what is to come:
// {"kinds":[...],"weather":[{"kind","rate"}],"next":[{"next","status"}]}.
func (c *control) faults() error {
	own := []object{}
	for _, f := range c.Simulator.faults.list() {
		one := object{{"next", f.Times}}
		for _, m := range []struct {
			name string
			set  bool
			v    any
		}{
			{"method", f.Method != "", f.Method},
			{"resource", f.Resource != "", f.Resource},
			{"after", f.After, true},
			{"delay", f.Delay > 0, f.Delay.String()},
			{"status", f.Status != 0, f.Status},
			{"body", f.Body != "", f.Body},
			{"contentType", f.ContentType != "", f.ContentType},
			{"drop", f.Drop, true},
			{"reset", f.Reset, true},
			{"truncate", f.Truncate, true},
			{"dribble", f.Dribble > 0, f.Dribble.String()},
		} {
			if m.set {
				one = append(one, member{m.name, m.v})
			}
		}
		own = append(own, one)
	}
	return c.answer(object{{"kinds", weather.Kinds()}, {"weather", append([]weather.Rule{}, c.sky.Rules()...)}, {"next", own}})
}

func (c *control) clearFaults() error {
	c.ClearWeather()
	return c.done()
}
