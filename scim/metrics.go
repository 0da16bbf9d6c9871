package scim

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the numbers of this room. Every label has few values: methods of
// RFC 7644, route labels, statuses, and the fixed reasons of errors.go.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	refused  *prometheus.CounterVec
	inFlight prometheus.Gauge
}

// newMetrics makes the metrics and registers them; a nil registerer leaves
// them unregistered. Registering twice is an error.
func newMetrics(registerer prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "scimforce_scim_requests_total",
			Help: "SCIM requests answered.",
		}, []string{"method", "resource", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "scimforce_scim_request_duration_seconds",
			Help:    "Time from a SCIM request's arrival to its answer.",
			Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"method", "resource"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "scimforce_scim_errors_total",
			Help: "SCIM requests answered with an error, by what it was.",
		}, []string{"reason"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "scimforce_scim_requests_in_flight",
			Help: "SCIM requests being answered.",
		}),
	}
	if registerer == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.requests, m.duration, m.refused, m.inFlight} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("scim: registering metrics: %w", err)
		}
	}
	return m, nil
}

// enter counts a request in and returns what counts it out.
func (m *metrics) enter() func() {
	m.inFlight.Inc()
	return m.inFlight.Dec
}

// observe counts an answered request; p is nil when it went well.
func (m *metrics) observe(method, resource string, status int, p *problem, took time.Duration) {
	method = methodLabel(method)
	m.requests.WithLabelValues(method, resource, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(method, resource).Observe(took.Seconds())
	if p != nil {
		m.refused.WithLabelValues(p.reason).Inc()
	}
}

// methodLabel keeps what a client invents out of the labels.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
