package org

import "time"

// seedSeats makes the licences besides those of users: of features, permission
// sets and packages.
func (s *store) seedSeats(born time.Time) {
	for _, f := range s.cfg.features() {
		s.make("ActiveFeatureLicenseMetric", born, map[string]any{
			"FeatureType": f.name, "TotalLicenseCount": int64(s.cfg.seats(f.name, f.name)), "MetricsDate": born.Format(time.DateOnly),
		})
	}
	for _, l := range []struct {
		label, name string
		gives       permission
	}{
		{"Salesforce API Integration", "SalesforceAPIIntegrationPsl", apiEnabled | apiUserOnly | viewSetup | viewRoles | manageInternalUsers | assignPermissionSets},
		{"CRM User", "CRMUserPsl", apiEnabled},
		{"Sales Cloud User", "SalesUserPsl", apiEnabled},
	} {
		fields := map[string]any{
			"MasterLabel": l.label, "DeveloperName": l.name, "PermissionSetLicenseKey": l.name, "TotalLicenses": int64(s.cfg.seats(l.label, l.name)),
		}
		for _, name := range permissionNames(l.gives) {
			fields["Maximum"+name] = true
		}
		s.make("PermissionSetLicense", born, fields)
	}
	for _, p := range []struct {
		namespace string
		allowed   int
	}{
		{"acmedocs", s.cfg.seats("acmedocs", "acmedocs")},
		{"acmesite", -1},
	} {
		s.make("PackageLicense", born, map[string]any{
			"NamespacePrefix": p.namespace, "Status": "Active", "AllowedLicenses": int64(p.allowed), "IsProvisioned": true,
		})
	}
}
