package org

import "strings"

// userPermissions are the feature licences a plain org shows as booleans on
// User; the others exist only where the org owns the feature.
func userPermissions() []Field {
	named := []struct{ name, label string }{
		{"MarketingUser", "Marketing User"},
		{"OfflineUser", "Offline User"},
		{"AvantgoUser", "AvantGo User"},
		{"CallCenterAutoLogin", "Auto-login To Call Center"},
		{"MobileUser", "Apex Mobile User"},
		{"SFContentUser", "Salesforce CRM Content User"},
		{"KnowledgeUser", "Knowledge User"},
		{"InteractionUser", "Flow User"},
		{"SupportUser", "Service Cloud User"},
	}
	fields := make([]Field, 0, len(named))
	for _, n := range named {
		fields = append(fields, flagField("UserPermissions"+n.name, n.label, false, "cu"))
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
