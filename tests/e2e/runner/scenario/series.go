package scenario

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What the gateways' /metrics tell.

// They are in memory: a gateway that answers at all does so at once.
var metrics = &http.Client{Timeout: 5 * time.Second}

// sample is a series of a gateway's /metrics, by its name with labels.
func (s *Stage) sample(ctx context.Context, gateway int, series string) (float64, error) {
	url := fmt.Sprintf("http://%s:9090/metrics", s.gateway(gateway).Host.Address)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	answer, err := metrics.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s says %s", url, answer.Status)
	}
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		if value, found := strings.CutPrefix(lines.Text(), series+" "); found {
			return strconv.ParseFloat(value, 64)
		}
	}
	if err := lines.Err(); err != nil {
		return 0, fmt.Errorf("%s: %w", url, err)
	}
	return 0, fmt.Errorf("%s is not in %s", series, url)
}

// inAll adds a series of all gateways up.
func (s *Stage) inAll(ctx context.Context, gateways int, series string) (float64, error) {
	var sum float64
	for i := range gateways {
		value, err := s.sample(ctx, i, series)
		if err != nil {
			return 0, err
		}
		sum += value
	}
	return sum, nil
}

// openStreams is nil when KEDA holds so many StreamIsActive to two gateways.
func (s *Stage) openStreams(ctx context.Context, wanted int) error {
	open, err := s.inAll(ctx, 2, `keda_gpu_scaler_open_streams{method="StreamIsActive"}`)
	if err == nil && open != float64(wanted) {
		err = fmt.Errorf("%g are open", open)
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
