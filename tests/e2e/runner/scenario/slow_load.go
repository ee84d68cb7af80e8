package scenario

import (
	"context"
	"time"
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
	claim := func(right int, within time.Duration) error {
		return each(all, func(scaled *Scaled, _ int) error {
			s.ClaimReaches(ctx, scaled, right, within)
			return nil
		})
	}
	if err := claim(before, modelLoads+time.Minute); err != nil {
		return err
	}

	s.Say("load for %d", after)
	from := time.Now()
	for scaled := range all {
		s.Offer(scaled, after)
	}
	if err := claim(after, 4*modelLoads); err != nil {
		return err
	}
	for scaled := range all {
		s.ClaimHeld(scaled, from, before, mostOvershot, "while new replicas load")
	}

	s.Say("all pods are replaced at once")
	from = time.Now()
	if err := s.Plane.DeletePods(ctx, s.name, ""); err != nil {
		return err
	}
	if err := claim(after, modelLoads+90*time.Second); err != nil {
		return err
	}
	for scaled := range all {
		s.ClaimHeld(scaled, from, after, mostOvershot, "while all of it loads anew")
	}
	return nil
}
