package org

import (
	"slices"
	"strings"
)

// featureLicence is a licence that a boolean on User takes a seat of.
type featureLicence struct {
	name, label string
	plain       bool // an org has it unless it says otherwise; the others are there where it owns the feature
}

// featureLicences are all there are, by the reference of
// ActiveFeatureLicenseMetric.
func featureLicences() []featureLicence {
	return []featureLicence{
		{"MarketingUser", "Marketing User", true},
		{"OfflineUser", "Offline User", true},
		{"AvantgoUser", "AvantGo User", true},
		{"MobileUser", "Apex Mobile User", true},
		{"SFContentUser", "Salesforce CRM Content User", true},
		{"KnowledgeUser", "Knowledge User", false},
		{"InteractionUser", "Flow User", true},
		{"SupportUser", "Service Cloud User", false},
		{"ChatterAnswersUser", "Chatter Answers User", false},
		{"JigsawProspectingUser", "Data.com User", false},
		{"LiveAgentUser", "Chat User", false},
		{"SiteforceContributorUser", "Site.com Contributor User", false},
		{"SiteforcePublisherUser", "Site.com Publisher User", false},
		{"WirelessUser", "Wireless User", false},
		{"WorkDotComUserFeature", "WDC User", false},
	}
}

func featureNames(features []featureLicence) []string {
	names := make([]string, len(features))
	for i, f := range features {
		names[i] = f.name
	}
	return names
}

// features are those the org owns: the plain ones and those that its
// configuration gives seats of, without those it gives none.
func (c Config) features() []featureLicence {
	return slices.DeleteFunc(featureLicences(), func(f featureLicence) bool {
		if seats, named := c.LicenseSeats[f.name]; named {
			return seats == 0
		}
		return !f.plain
	})
}

// userPermissions are the feature licences as booleans on User. Auto-login to
// the call center stands among them and is no licence.
func userPermissions(cfg Config) []Field {
	var fields []Field
	for _, f := range cfg.features() {
		field := flagField("UserPermissions"+f.name, f.label, false, "cu")
		field.feature = f.name
		fields = append(fields, field)
		if f.name == "AvantgoUser" {
			fields = append(fields, flagField("UserPermissionsCallCenterAutoLogin", "Auto-login To Call Center", false, "cu"))
		}
	}
	return fields
}

// userPreferences are the switches a user sets himself; the true ones are the
// defaults seen on real users.
func userPreferences() []Field {
	on := map[string]bool{
		"ActivityRemindersPopup": true, "EventRemindersCheckboxDefault": true, "TaskRemindersCheckboxDefault": true,
		"LightningExperiencePreferred": true, "ShowTitleToExternalUsers": true, "HideS1BrowserUI": true,
		"SortFeedByComment": true,
	}
	names := strings.Fields(`
		ActivityRemindersPopup EventRemindersCheckboxDefault TaskRemindersCheckboxDefault ReminderSoundOff
		DisableAllFeedsEmail DisableFollowersEmail DisableProfilePostEmail DisableChangeCommentEmail
		DisableLaterCommentEmail DisProfPostCommentEmail ContentNoEmail ContentEmailAsAndWhen ApexPagesDeveloperMode
		ReceiveNoNotificationsAsApprover ReceiveNotificationsAsDelegatedApprover HideCSNGetChatterMobileTask
		DisableMentionsPostEmail DisMentionsCommentEmail HideCSNDesktopTask HideChatterOnboardingSplash
		HideSecondChatterOnboardingSplash DisCommentAfterLikeEmail DisableLikeEmail SortFeedByComment
		DisableMessageEmail DisableBookmarkEmail DisableSharePostEmail EnableAutoSubForFeeds
		DisableFileShareNotificationsForApi ShowTitleToExternalUsers ShowManagerToExternalUsers
		ShowEmailToExternalUsers ShowWorkPhoneToExternalUsers ShowMobilePhoneToExternalUsers
		ShowFaxToExternalUsers ShowStreetAddressToExternalUsers ShowCityToExternalUsers ShowStateToExternalUsers
		ShowPostalCodeToExternalUsers ShowCountryToExternalUsers ShowProfilePicToGuestUsers
		ShowTitleToGuestUsers ShowCityToGuestUsers ShowStateToGuestUsers ShowPostalCodeToGuestUsers
		ShowCountryToGuestUsers HideInvoicesRedirectConfirmation HideStatementsRedirectConfirmation
		HideS1BrowserUI DisableEndorsementEmail PathAssistantCollapsed CacheDiagnostics
		ShowEmailToGuestUsers ShowManagerToGuestUsers ShowWorkPhoneToGuestUsers ShowMobilePhoneToGuestUsers
		ShowFaxToGuestUsers ShowStreetAddressToGuestUsers LightningExperiencePreferred PreviewLightning
		HideEndUserOnboardingAssistantModal HideLightningMigrationModal HideSfxWelcomeMat HideBiggerPhotoCallout
		GlobalNavBarWTShown GlobalNavGridMenuWTShown CreateLEXAppsWTShown FavoritesWTShown
		RecordHomeSectionCollapseWTShown RecordHomeReservedWTShown FavoritesShowTopFavorites
		ExcludeMailAppAttachments SuppressTaskSFXReminders SuppressEventSFXReminders PreviewCustomTheme
		HasCelebrationBadge UserDebugModePref SRHOverrideActivities NewLightningReportRunPageEnabled`)
	fields := make([]Field, 0, len(names))
	for _, n := range names {
		fields = append(fields, flagField("UserPreferences"+n, n, on[n], "cu"))
	}
	return fields
}
