package scenario

import (
	"context"
	"fmt"
	"time"

	"keda-gpu-scaler/e2e/observe"
)

// How long a model loads, and how many replicas its load is for before and after.
const (
	modelLoads   = 120 * time.Second
	before       = 4
	after        = 7
	mostOvershot = after + after/4 + 1
)

func slowLoad(ctx context.Context, s *Stage) error {
	if err := s.AddNodes(ctx, 4, 8); err != nil {
		return err
	}
	if err := s.AddGateways(ctx, 2); err != nil {
		return err
	}
	average, value := byUtilization("average", 80, nil), byUtilization("value", 80, nil)
	value.MetricType = "Value"
	all := map[*Scaled]int{average: before, value: before}
	for scaled := range all {
		scaled.Replicas, scaled.Max, scaled.Loads = before, 20, modelLoads
		scaled.Metadata["warmupSeconds"] = "150"
		s.Offer(scaled, before)
	}
	if err := each(all, func(scaled *Scaled, _ int) error { return s.Deploy(ctx, scaled) }); err != nil {
		return err
	}
	s.Say("%d replicas load their models for %s", before, modelLoads)
	if err := each(all, func(scaled *Scaled, right int) error {
		s.ClaimReaches(ctx, scaled, right, modelLoads+time.Minute)
		return context.Cause(ctx)
	}); err != nil {
		return err
	}

	s.Say("load for %d", after)
	from := time.Now()
	if err := each(all, func(scaled *Scaled, _ int) error {
		s.Offer(scaled, after)
		s.ClaimReaches(ctx, scaled, after, 3*modelLoads)
		s.ClaimHeld(scaled, from, before, mostOvershot, "while new replicas load")
		return context.Cause(ctx)
	}); err != nil {
		return err
	}

	s.Say("all pods are replaced at once")
	from = time.Now()
	if err := s.Plane.DeletePods(ctx, s.name, ""); err != nil {
		return err
	}
	return each(all, func(scaled *Scaled, _ int) error { return s.claimReplaced(ctx, scaled, from) })
}

// claimReplaced: all replicas, whose pods were deleted at `from`, load anew, and none is lost.
func (s *Stage) claimReplaced(ctx context.Context, scaled *Scaled, from time.Time) error {
	// The pods that are no more may be told for a moment.
	gone, err := s.AwaitState(ctx, scaled, "its pods are gone", 10*time.Second,
		func(state observe.State) bool { return state.Ready < after })
	if err != nil {
		return err
	}
	s.ClaimReaches(ctx, scaled, after, modelLoads+time.Minute)
	s.ClaimHeld(scaled, from, after, mostOvershot, "while all of it loads anew")
	took := time.Duration(0)
	for _, change := range s.observer.Since(scaled.Name, gone.At) {
		if change.State.Ready == after {
			took = change.At.Sub(from)
			break
		}
	}
	s.Claim(took >= modelLoads, scaled.Name+", until all replicas are ready again", fmt.Sprintf("%s at least", modelLoads), took.Round(100*time.Millisecond))
	return nil
}
