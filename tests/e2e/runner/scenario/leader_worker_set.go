package scenario

import (
	"context"
	"fmt"
	"time"

	"keda-gpu-scaler/e2e/observe"
	"keda-gpu-scaler/e2e/world"
)

func leaderWorkerSets(ctx context.Context, s *Stage) error {
	if err := s.AddNodes(ctx, 6, 8); err != nil {
		return err
	}
	if err := s.AddGateways(ctx, 2); err != nil {
		return err
	}
	if err := s.define(ctx, leaderWorkerSet); err != nil {
		return err
	}
	if err := s.watch(ctx, observe.Deployments, leaderWorkerSetResource); err != nil {
		return err
	}
	train := &Scaled{
		Workload: world.Workload{Name: "train", Namespace: s.name}, Min: 1, Max: 6,
		// A group is two pods, each 80% busy.
		AtTarget: 2 * 0.8,
		Metadata: map[string]string{
			"metricType": "gpu_utilization", "targetValue": "80", "workload": "leaderworkerset/train",
		},
		Spec: map[string]any{"scaleTargetRef": object{
			"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "name": "train",
		}},
	}
	s.World.Add(&train.Workload)
	if err := s.apply(ctx, object{
		"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
		"metadata": object{"name": train.Name, "namespace": s.name},
		"spec":     object{"replicas": 1, "size": 2},
	}); err != nil {
		return err
	}
	groups := &groupController{stage: s, name: train.Name, size: 2, gpus: 4}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	go func() { end(fmt.Errorf("the controller of groups: %w", groups.run(ctx))) }()
	if err := s.apply(ctx, s.scaledObject(train)); err != nil {
		return err
	}
	s.follow(train)
	for _, step := range []int{3, 5, 2} {
		s.Say("load for %d groups of 2 pods with 4 GPUs", step)
		s.Offer(train, float64(step))
		s.ClaimReaches(ctx, train, step, time.Minute)
		if ctx.Err() != nil {
			break
		}
	}
	return context.Cause(ctx)
}
