package scenario

import (
	"context"
	"fmt"
	"time"

	"keda-gpu-scaler/e2e/world"
)

// What KEDA is told of workloads that go to zero.
const (
	pollingInterval = 2 * time.Second
	cooldownPeriod  = 8 * time.Second
)

// routed is a workload that sleeps behind a router of its own, whose queue wakes it.
type routed struct {
	*Scaled
	router *world.Router
}

// addRouted makes both.
func (s *Stage) addRouted(ctx context.Context, scaled *Scaled) (*routed, error) {
	name := scaled.Name + "-router"
	router, err := s.World.AddRouter(s.name, name)
	if err != nil {
		return nil, err
	}
	scaled.Min, scaled.Max = 0, 4
	scaled.Metadata["activationEndpoint"] = fmt.Sprintf("http://%s.%s.svc:9000", name, s.name)
	scaled.Metadata["activationMetric"] = "router_queued_requests"
	return &routed{scaled, router}, s.Deploy(ctx, scaled)
}

// awaitStreams: KEDA holds so many StreamIsActive open.
func (s *Stage) awaitStreams(ctx context.Context, count int) error {
	return s.Await(ctx, "KEDA opens StreamIsActive", time.Minute, func(ctx context.Context) error {
		return s.openStreams(ctx, "StreamIsActive", count)
	})
}
