package simulator_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

// What an administrator sets wrong in the app, a test sets wrong by SetApp, one
// setting after another.
func ExampleSimulator_SetApp() {
	people, err := org.New(org.Config{})
	if err != nil {
		log.Fatal(err)
	}
	app := simulator.App{ConsumerKey: "key", ConsumerSecret: "secret"}
	salesforce, err := simulator.New(simulator.Config{Org: people, App: app})
	if err != nil {
		log.Fatal(err)
	}
	refreshToken, err := salesforce.Grant("admin@acme.example")
	if err != nil {
		log.Fatal(err)
	}
	refresh := func() {
		form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}, "client_id": {"key"}}
		request := httptest.NewRequest(http.MethodPost, "/services/oauth2/token", strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		salesforce.ServeHTTP(answer, request)
		fmt.Println(answer.Code, answer.Body)
	}

	for _, wrong := range []func(*simulator.App){
		func(a *simulator.App) { a.RequireSecretForRefresh = true },
		func(a *simulator.App) { a.ApprovedFor = []string{"Sales"} },
		func(a *simulator.App) { a.NotInstalled = true },
	} {
		misconfigured := app
		wrong(&misconfigured)
		if err := salesforce.SetApp(misconfigured); err != nil {
			log.Fatal(err)
		}
		refresh()
	}
	// Output:
	// 400 {"error":"invalid_client","error_description":"invalid client credentials"}
	// 400 {"error":"invalid_app_access","error_description":"user is not admin approved to access this app"}
	// 400 {"error":"app_not_found","error_description":"External client app is not installed in this org"}
}
