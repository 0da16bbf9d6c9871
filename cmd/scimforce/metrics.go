package main

import (
	"context"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"scimforce/salesforce"
)

// metrics is the bridge's own registry; every name of ours begins with
// scimforce_. Labels come from small sets by construction: a call's Resource
// is a template, its ErrorCode one of Salesforce's codes.
type metrics struct {
	registry   *prometheus.Registry
	registerer prometheus.Registerer
	calls      *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	events     *prometheus.CounterVec
}

// newMetrics makes the registry and what does not depend on a client.
func newMetrics(b build) *metrics {
	registry := prometheus.NewRegistry()
	m := &metrics{
		registry: registry,
		// Package scim registers under its own full names.
		registerer: registry,
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "scimforce_salesforce_calls_total",
			Help: "Calls to the Salesforce API, each attempt counted. status 0: no answer; code: Salesforce's error code.",
		}, []string{"connection", "method", "resource", "status", "code"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "scimforce_salesforce_call_duration_seconds",
			Help:    "How long calls to the Salesforce API took.",
			Buckets: []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
		}, []string{"connection", "method", "resource"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "scimforce_directory_events_total",
			Help: "Rare events, such as a user frozen because Salesforce refused to deactivate him.",
		}, []string{"event"}),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "scimforce_build_info", Help: "Always 1; the labels say what is running.",
		ConstLabels: prometheus.Labels{"version": b.Version, "revision": b.Revision, "go": b.Go},
	})
	info.Set(1)
	registry.MustRegister(m.calls, m.durations, m.events, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe counts a connection's calls to Salesforce.
func (m *metrics) observe(connection string) func(context.Context, salesforce.Call) {
	return func(_ context.Context, call salesforce.Call) {
		m.calls.WithLabelValues(connection, call.Method, call.Resource, strconv.Itoa(call.Status), call.ErrorCode).Inc()
		m.durations.WithLabelValues(connection, call.Method, call.Resource).Observe(call.Duration.Seconds())
	}
}

// event counts a rare event of the directory.
func (m *metrics) event(name string) { m.events.WithLabelValues(name).Inc() }

// watch shows how each live connection does, without asking anybody.
func (m *metrics) watch(live *connections) {
	labels := []string{"connection"}
	m.registry.MustRegister(connectionCollector{
		live: live,
		up: prometheus.NewDesc("scimforce_connection_up",
			"1 when the last access token of the connection was had, 0 when an administrator must act or Salesforce cannot be reached.", labels, nil),
		used: prometheus.NewDesc("scimforce_salesforce_api_used",
			"Salesforce API calls used of the daily allocation, by all integrations of the org; 0 until the org told.", labels, nil),
		limit: prometheus.NewDesc("scimforce_salesforce_api_limit",
			"The org's daily allocation of API calls; 0 until the org told.", labels, nil),
	})
}

// connectionCollector asks at each scrape: connections come and go.
type connectionCollector struct {
	live            *connections
	up, used, limit *prometheus.Desc
}

func (c connectionCollector) Describe(to chan<- *prometheus.Desc) {
	to <- c.up
	to <- c.used
	to <- c.limit
}

func (c connectionCollector) Collect(to chan<- prometheus.Metric) {
	for _, one := range c.live.all() {
		up := 0.0
		if checkAuthorization(one.authorizer.Status()).OK {
			up = 1
		}
		usage := one.salesforce.Usage()
		for desc, value := range map[*prometheus.Desc]float64{c.up: up, c.used: float64(usage.Used), c.limit: float64(usage.Limit)} {
			to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, one.name)
		}
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}
