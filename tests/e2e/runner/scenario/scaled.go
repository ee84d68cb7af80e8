package scenario

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/yaml"

	"keda-gpu-scaler/e2e/observe"
	"keda-gpu-scaler/e2e/timeline"
	"keda-gpu-scaler/e2e/world"
)

// Scaled is a Deployment with a ScaledObject of its name.
type Scaled struct {
	world.Workload
	GPUs     int // of a pod; 0: 1
	Replicas int // at the start; 0: as Min
	Min, Max int
	// How busy its replicas are at the target, 0 to 1.
	AtTarget float64
	// How long a pod loads its weights before it is ready.
	Loads time.Duration
	// Of the trigger: its metadata, scalerAddress aside, and its metricType ("":
	// AverageValue, KEDA's default).
	Metadata   map[string]string
	MetricType string
	Auth       string         // the TriggerAuthentication; "": none
	Spec       map[string]any // more of the ScaledObject's
	Node       string         // its pods run there alone; "": anywhere in the scenario
}

// Deploy makes it and waits until it has the replicas that it starts with and an HPA.
func (s *Stage) Deploy(ctx context.Context, scaled *Scaled) error {
	scaled.Namespace = s.name
	s.World.Add(&scaled.Workload)
	if err := s.apply(ctx, s.deployment(scaled)); err != nil {
		return err
	}
	if scaled.start() > 0 && scaled.Loads == 0 {
		within, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		if _, err := s.observer.Await(within, scaled.Name, func(state observe.State) bool {
			return state.Ready == scaled.start()
		}); err != nil {
			return fmt.Errorf("pods of a new Deployment: %w", err)
		}
	}
	if err := s.apply(ctx, s.scaledObject(scaled)); err != nil {
		return err
	}
	go s.look(ctx, scaled)
	if scaled.Min == 0 {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	_, err := s.observer.Await(within, scaled.Name, func(state observe.State) bool { return state.Target != nil })
	if err != nil {
		return fmt.Errorf("KEDA makes no HPA: %w", err)
	}
	return nil
}

func (d *Scaled) start() int { return max(d.Replicas, d.Min) }

// look keeps the timeline.
func (s *Stage) look(ctx context.Context, scaled *Scaled) {
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		s.record.Look(scaled.Name, point(s.observer.State(scaled.Name), s.offered(scaled)))
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Stage) apply(ctx context.Context, object map[string]any) error {
	text, err := yaml.Marshal(object)
	if err != nil {
		return err
	}
	return s.Plane.Apply(ctx, text)
}

type object = map[string]any

func (s *Stage) deployment(scaled *Scaled) object {
	labels := object{"app": scaled.Name}
	annotations := object{}
	if scaled.Loads > 0 {
		annotations["pod-ready.e2e/delay"] = scaled.Loads.String()
	}
	selector := object{"scenario": s.name}
	if scaled.Node != "" {
		selector["kubernetes.io/hostname"] = scaled.Node
	}
	return object{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": object{"name": scaled.Name, "namespace": s.name},
		"spec": object{
			"replicas": scaled.start(),
			"selector": object{"matchLabels": labels},
			"template": object{
				"metadata": object{"labels": labels, "annotations": annotations},
				"spec": object{
					"terminationGracePeriodSeconds": 1,
					"nodeSelector":                  selector,
					"containers": []object{{
						"name": "engine", "image": "none",
						"resources": object{"limits": object{"nvidia.com/gpu": fmt.Sprint(max(scaled.GPUs, 1))}},
					}},
				},
			},
		},
	}
}

func (s *Stage) scaledObject(scaled *Scaled) object {
	metadata := object{"scalerAddress": s.fleet.Address()}
	for key, value := range scaled.Metadata {
		metadata[key] = value
	}
	trigger := object{"type": "external-push", "metadata": metadata}
	if scaled.MetricType != "" {
		trigger["metricType"] = scaled.MetricType
		metadata["hpaMetricType"] = scaled.MetricType
	}
	if scaled.Auth != "" {
		trigger["authenticationRef"] = object{"name": scaled.Auth}
	}
	spec := object{
		"scaleTargetRef":  object{"name": scaled.Name},
		"minReplicaCount": scaled.Min, "maxReplicaCount": scaled.Max,
		"triggers": []object{trigger},
	}
	if scaled.Min == 0 {
		spec["pollingInterval"], spec["cooldownPeriod"] = 2, 5
	}
	for key, value := range scaled.Spec {
		spec[key] = value
	}
	return object{
		"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
		"metadata": object{"name": scaled.Name, "namespace": s.name},
		"spec":     spec,
	}
}

// Offer: the load from now on, as that of so many replicas at their target.
func (s *Stage) Offer(scaled *Scaled, replicas float64) {
	s.World.Offer(&scaled.Workload, replicas*scaled.AtTarget)
}

// offered is what Offer said.
func (s *Stage) offered(scaled *Scaled) float64 {
	if scaled.AtTarget == 0 {
		return 0
	}
	return s.World.Offered(&scaled.Workload) / scaled.AtTarget
}

// ClaimReaches: the target gets to `right` replicas, all of them ready, within so long,
// and stays there for five of HPA's syncs.
func (s *Stage) ClaimReaches(ctx context.Context, scaled *Scaled, right int, within time.Duration) {
	s.claimReaches(ctx, scaled, right, right, within)
}

func (s *Stage) claimReaches(ctx context.Context, scaled *Scaled, least, most int, within time.Duration) {
	what := fmt.Sprintf("%s, load for %.3g", scaled.Name, s.offered(scaled))
	right := fmt.Sprint(least)
	if most > least {
		right = fmt.Sprintf("%d to %d", least, most)
	}
	limit, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	from := time.Now()
	reached, err := s.observer.Await(limit, scaled.Name, func(state observe.State) bool {
		return state.Replicas >= least && state.Replicas <= most && state.Ready == state.Replicas
	})
	if err != nil {
		s.Claim(false, what, right, reached.State)
		return
	}
	left, stay := context.WithTimeout(ctx, 5*s.Sync)
	defer stay()
	strayed, err := s.observer.Await(left, scaled.Name, func(state observe.State) bool {
		return state.Replicas < least || state.Replicas > most
	})
	if err == nil {
		s.Claim(false, what+", for five syncs", right, strayed.State)
		return
	}
	s.Claim(true, what, right, fmt.Sprintf("%d after %.1f s", s.observer.State(scaled.Name).Replicas,
		reached.At.Sub(from).Seconds()))
}

// ClaimNever: since `from`, the target's replicas were never below `least` or above `most`.
func (s *Stage) ClaimNever(scaled *Scaled, from time.Time, least, most int, during string) {
	lowest, highest := most+1, least-1
	for _, each := range s.observer.Since(scaled.Name, from) {
		lowest, highest = min(lowest, each.State.Replicas), max(highest, each.State.Replicas)
	}
	s.Claim(lowest >= least && highest <= most, fmt.Sprintf("%s, %s", scaled.Name, during),
		span(least, most), span(lowest, highest))
}

func span(least, most int) string {
	if least == most {
		return fmt.Sprintf("%d all the time", least)
	}
	return fmt.Sprintf("between %d and %d", least, most)
}

func point(state observe.State, offered float64) timeline.Point {
	seen := timeline.Point{Offered: offered, Value: state.Value, Desired: state.Replicas, Ready: state.Ready}
	if state.Target != nil {
		seen.Target = *state.Target
	}
	return seen
}
