package scenario

import (
	"context"
	"fmt"
	"time"

	"keda-gpu-scaler/e2e/observe"
)

func targets(ctx context.Context, s *Stage) error {
	if err := s.AddNodes(ctx, 1, 8); err != nil {
		return err
	}
	if err := s.AddGateways(ctx, 2); err != nil {
		return err
	}
	llm := byUtilization("llm", 80, nil)
	if err := s.Deploy(ctx, llm); err != nil {
		return err
	}
	s.Offer(llm, 3)
	s.ClaimReaches(ctx, llm, 3, time.Minute)
	const opened = `keda_gpu_scaler_scaler_requests_total{method="StreamMetricSpec"}`
	const open = `keda_gpu_scaler_open_streams{method="StreamMetricSpec"}`
	s.claimSeries(ctx, "streams of specs that KEDA opened", opened, 1)
	s.claimSeries(ctx, "and those that are open", open, 1)

	if err := s.claimSpecsCameByStream(ctx); err != nil {
		return err
	}

	s.Say("the target becomes 40")
	edited := time.Now()
	llm.Metadata["targetValue"] = "40"
	if err := s.apply(ctx, s.scaledObject(llm)); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	reached, err := s.observer.Await(limit, llm.Name, func(state observe.State) bool {
		return state.Target != nil && *state.Target == 40
	})
	s.Claim(err == nil, "HPA's target", 40, fmt.Sprintf("%s after %d ms", reached.State, reached.At.Sub(edited).Milliseconds()))
	s.ClaimReaches(ctx, llm, 6, time.Minute)
	target, err := s.announcedTarget(ctx, llm.Name)
	if err != nil {
		return err
	}
	s.Claim(target == "40", "the target that GetMetricSpec tells", 40, target)
	s.claimSeries(ctx, "streams of specs that are open, with the new target", open, 1)
	return nil
}

// claimSpecsCameByStream: KEDA asks for no spec in five of HPA's syncs, because it has
// those of the stream.
func (s *Stage) claimSpecsCameByStream(ctx context.Context) error {
	const asked = `keda_gpu_scaler_scaler_requests_total{method="GetMetricSpec"}`
	before, err := s.inAll(ctx, 2, asked)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(5 * s.Sync):
	}
	after, err := s.inAll(ctx, 2, asked)
	if err != nil {
		return err
	}
	s.Claim(after == before, "GetMetricSpec calls in five syncs, with the specs of the stream", 0, after-before)
	return nil
}

func (s *Stage) claimSeries(ctx context.Context, what, series string, right float64) {
	seen, err := s.inAll(ctx, 2, series)
	if err != nil {
		s.Claim(false, what, right, err)
		return
	}
	s.Claim(seen == right, what, right, seen)
}
