package scenario

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keda-gpu-scaler/e2e/observe"
)

// Streams of specs, and calls for one, that came to the gateways.
const (
	specStreamsOpened = `scaler_requests_total{method="StreamMetricSpec"}`
	specStreamsOpen   = `open_streams{method="StreamMetricSpec"}`
	specsAsked        = `scaler_requests_total{method="GetMetricSpec"}`
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
	s.claimSeries(ctx, "streams of specs that KEDA opened", specStreamsOpened, 1)
	if err := s.claimOneStream(ctx, llm); err != nil {
		return err
	}

	before, err := s.reconciles(llm)
	if err != nil {
		return err
	}
	s.Say("the target becomes 40")
	edited := time.Now()
	llm.Metadata["targetValue"] = "40"
	if err := s.apply(ctx, s.scaledObject(llm)); err != nil {
		return err
	}
	// The load stays what it is: that of 3 replicas at 80% is that of 6 at 40%.
	llm.AtTarget = 0.4
	s.Offer(llm, 6)
	reached, err := s.AwaitState(ctx, llm, "HPA's target", 30*time.Second, func(state observe.State) bool {
		return state.Target != nil && *state.Target == 40
	})
	seen := fmt.Sprintf("40 after %d ms", reached.At.Sub(edited).Milliseconds())
	if err != nil {
		seen = reached.State.String()
	}
	s.Claim(err == nil, "HPA's target", 40, seen)
	s.ClaimReaches(ctx, llm, 6, time.Minute)
	after, err := s.reconciles(llm)
	if err != nil {
		return err
	}
	s.Claim(after > before, "reconciles of the edit, in KEDA's log", "1 or more", after-before)
	s.claimSeries(ctx, "streams of specs that KEDA opened, with the edit", specStreamsOpened, 2)
	if err := s.claimOneStream(ctx, llm); err != nil {
		return err
	}
	target, err := s.announcedTarget(ctx, llm.Name)
	if err != nil {
		return err
	}
	s.Claim(target == "40", "the target that GetMetricSpec tells of what is edited", 40, target)
	return nil
}

// claimOneStream: one stream of specs is open, and in five of HPA's syncs KEDA asks for no
// spec, because it has those of the stream, and makes nothing of the ScaledObject, because
// the stream does not tell them again.
func (s *Stage) claimOneStream(ctx context.Context, scaled *Scaled) error {
	s.claimSeries(ctx, "streams of specs that are open", specStreamsOpen, 1)
	asked, err := s.inAll(ctx, 2, specsAsked)
	if err != nil {
		return err
	}
	reconciled, err := s.reconciles(scaled)
	if err != nil {
		return err
	}
	if err := s.Hold(ctx, syncsToStay*s.Sync); err != nil {
		return err
	}
	s.claimSeries(ctx, "calls of GetMetricSpec, after five syncs as before", specsAsked, asked)
	again, err := s.reconciles(scaled)
	if err != nil {
		return err
	}
	s.Claim(again == reconciled, "reconciles in these syncs", 0, again-reconciled)
	return nil
}

// reconciles is how often KEDA's operator has made anew what follows from a ScaledObject:
// when it is edited, and when its stream tells specs. Its log says so.
func (s *Stage) reconciles(scaled *Scaled) (int, error) {
	log, err := os.ReadFile(filepath.Join(s.Processes.Folder(), "keda-operator.log"))
	if err != nil {
		return 0, err
	}
	object := fmt.Sprintf(`"ScaledObject": {"name":%q,"namespace":%q}`, scaled.Name, s.name)
	count := 0
	for line := range strings.Lines(string(log)) {
		if strings.Contains(line, "Reconciling ScaledObject") && strings.Contains(line, object) {
			count++
		}
	}
	return count, nil
}
