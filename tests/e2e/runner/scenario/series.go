package scenario

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"keda-gpu-scaler/e2e/fleet"
)

// What the scalers' /metrics tell. Series are called by their names without this, and with
// their labels.
const seriesPrefix = "keda_gpu_scaler_"

// What it tells is in memory: a scaler that answers at all does so at once.
var patient = &http.Client{Timeout: 5 * time.Second}

// page is what a gateway or a node's scaler tells over HTTP.
func page(ctx context.Context, member *fleet.Member, path string) (string, error) {
	url := fmt.Sprintf("http://%s:9090%s", member.Host.Address, path)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	answer, err := patient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s says %s", url, answer.Status)
	}
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// sample is a series of a gateway's or of a node's scaler.
func sample(ctx context.Context, member *fleet.Member, series string) (float64, error) {
	text, err := page(ctx, member, "/metrics")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(strings.TrimSpace(line), seriesPrefix+series+" "); found {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf("%s is not in /metrics of %s", series, member.Host.Name)
}

// inAll adds a series of all gateways up.
func (s *Stage) inAll(ctx context.Context, gateways int, series string) (float64, error) {
	var sum float64
	for i := range gateways {
		value, err := sample(ctx, s.gateway(i), series)
		if err != nil {
			return 0, err
		}
		sum += value
	}
	return sum, nil
}

// openStreams is nil when KEDA holds so many of a method to two gateways.
func (s *Stage) openStreams(ctx context.Context, method string, wanted int) error {
	open, err := s.inAll(ctx, 2, fmt.Sprintf("open_streams{method=%q}", method))
	if err == nil && open != float64(wanted) {
		err = fmt.Errorf("%g %s are open, not %d", open, method, wanted)
	}
	return err
}

// claimSeries: what two gateways tell together is this.
func (s *Stage) claimSeries(ctx context.Context, what, series string, right float64) {
	seen, err := s.inAll(ctx, 2, series)
	if err != nil {
		s.Claim(false, what, right, err)
		return
	}
	s.Claim(seen == right, what, right, seen)
}
