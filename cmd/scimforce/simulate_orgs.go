package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

// defaultPeople are made up for an org that no file describes.
const defaultPeople = 25

// makeOrgs makes the orgs; those that cannot be made are reported and missing.
func (c *simulateCommand) makeOrgs(found *problems) (orgs []simulatedOrg) {
	usernames := &org.Usernames{}
	for i, cfg := range c.orgConfigs(found) {
		cfg.Usernames = usernames
		cfg.Seed = cmp.Or(cfg.Seed, c.Seed+int64(i))
		from := "--users"
		if i < len(c.Org) {
			from = "--org " + c.Org[i]
		}
		o, err := org.New(cfg)
		if err != nil {
			reportLines(found, from, err)
			continue
		}
		one := simulatedOrg{Org: o, password: c.Password, refreshToken: c.RefreshToken, daily: cmp.Or(c.APILimit, cfg.DailyAPIRequests())}
		if i > 0 && one.refreshToken != "" {
			one.refreshToken += fmt.Sprintf("-%d", i+1)
		}
		if len(cfg.Admins) > 0 && cfg.Admins[0].Password != "" {
			one.password = cfg.Admins[0].Password
		} else {
			o.SetPassword(o.AdminID(), c.Password)
		}
		if admin, ok := o.Find("User", o.AdminID()); ok {
			one.username, _ = admin["Username"].(string)
		}
		orgs = append(orgs, one)
	}
	return orgs
}

// orgConfigs are the orgs as the files, or without one the flags, describe
// them.
func (c *simulateCommand) orgConfigs(found *problems) (configs []org.Config) {
	if len(c.Org) == 0 {
		people := defaultPeople
		if c.Users != nil {
			people = max(*c.Users, 0)
		}
		return []org.Config{{Users: people, AdminUsername: c.Username}}
	}
	for _, path := range c.Org {
		file, err := os.Open(path)
		if err != nil {
			found.addf("--org %q cannot be read: %v", path, cause(err))
			continue
		}
		cfg, err := org.ReadConfig(file)
		_ = file.Close() // it was only read
		if err != nil {
			reportLines(found, "--org "+path, err)
			continue
		}
		configs = append(configs, cfg)
	}
	if len(configs) < len(c.Org) {
		return nil
	}
	return configs
}

// reportLines adds each line of an error that lists several problems.
func reportLines(found *problems, from string, err error) {
	for line := range strings.Lines(err.Error()) {
		found.addf("%s: %s", from, strings.TrimPrefix(strings.TrimSpace(line), "org: "))
	}
}

// place puts the orgs into a configuration, each at its address.
func (c *simulateCommand) place(cfg *simulator.Config, orgs []simulatedOrg) {
	for i, one := range orgs {
		address := ""
		if i < len(c.BaseURL) {
			address = c.BaseURL[i]
		}
		if i == 0 {
			cfg.Org, cfg.BaseURL, cfg.DailyAPIRequests = one.Org, address, one.daily
			continue
		}
		cfg.MoreOrgs = append(cfg.MoreOrgs, simulator.Tenant{Org: one.Org, BaseURL: address, DailyAPIRequests: one.daily, Login: cfg.Login})
	}
}
