package simulator_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

// A Simulator is an http.Handler: a test needs no listener and no port.
func Example() {
	people, err := org.New(org.Config{Users: 100, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	salesforce, err := simulator.New(simulator.Config{
		Org: people,
		App: simulator.App{ConsumerKey: "key", ConsumerSecret: "secret"},
	})
	if err != nil {
		log.Fatal(err)
	}
	token, err := salesforce.AccessToken("admin@acme.example")
	if err != nil {
		log.Fatal(err)
	}

	question := url.QueryEscape("SELECT Name, Profile.Name FROM User WHERE Username = 'admin@acme.example'")
	request := httptest.NewRequest(http.MethodGet, "/services/data/v66.0/query?q="+question, nil)
	request.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	salesforce.ServeHTTP(answer, request)
	fmt.Println(answer.Code, answer.Header().Get("Sforce-Limit-Info"))
	// Output: 200 api-usage=1/600000
}

// A client that wants an address gets one by httptest; faults are set before
// the call that is to meet them.
func ExampleSimulator_FailNext() {
	people, err := org.New(org.Config{})
	if err != nil {
		log.Fatal(err)
	}
	salesforce, err := simulator.New(simulator.Config{
		Org: people,
		App: simulator.App{ConsumerKey: "key", ConsumerSecret: "secret"},
	})
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(salesforce)
	defer server.Close()

	salesforce.FailNext(simulator.Maintenance())
	answer, err := http.Get(server.URL + "/services/data/v66.0/limits")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	fmt.Println(answer.StatusCode, answer.Header.Get("Content-Type"))
	// Output: 503 text/html;charset=UTF-8
}
