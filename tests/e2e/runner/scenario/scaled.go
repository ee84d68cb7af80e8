package scenario

import (
	"context"
	"fmt"
	"time"

	"keda-gpu-scaler/e2e/observe"
	"keda-gpu-scaler/e2e/world"
)

// Scaled is a Deployment with a ScaledObject of its name.
type Scaled struct {
	world.Workload
	Replicas int // at the start; 0: as Min
	Min, Max int
	// How much work of a replica's GPUs, in replicas' worth, brings it to the target: of
	// one pod 0 to 1, of a group of pods up to their number.
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

	offers []offer
}

// offer is the load on it since then, as that of so many replicas at their target.
type offer struct {
	at       time.Time
	replicas float64
}

// byUtilization scales a Deployment by how busy its own GPUs are, in percent.
func byUtilization(name string, target int, more map[string]string) *Scaled {
	metadata := map[string]string{
		"metricType": "gpu_utilization", "targetValue": fmt.Sprint(target), "workload": "deployment/" + name,
	}
	for key, value := range more {
		metadata[key] = value
	}
	return &Scaled{Workload: world.Workload{Name: name}, Min: 1, Max: 10, AtTarget: float64(target) / 100, Metadata: metadata}
}

func (d *Scaled) start() int { return max(d.Replicas, d.Min) }

// Deploy makes it and waits until it has the replicas that it starts with and an HPA.
func (s *Stage) Deploy(ctx context.Context, scaled *Scaled) error {
	scaled.Namespace = s.name
	s.World.Add(&scaled.Workload)
	if err := s.apply(ctx, s.deployment(scaled)); err != nil {
		return err
	}
	if scaled.start() > 0 && scaled.Loads == 0 {
		if _, err := s.AwaitState(ctx, scaled, "pods of a new Deployment", 30*time.Second, func(state observe.State) bool {
			return state.Ready == scaled.start()
		}); err != nil {
			return err
		}
	}
	if err := s.apply(ctx, s.scaledObject(scaled)); err != nil {
		return err
	}
	s.follow(scaled)
	if scaled.Min == 0 {
		return nil
	}
	_, err := s.AwaitState(ctx, scaled, "an HPA, which KEDA makes", time.Minute, func(state observe.State) bool {
		return state.Target != nil
	})
	return err
}

// Offer: the load from now on, as that of so many replicas at their target.
func (s *Stage) Offer(scaled *Scaled, replicas float64) {
	s.World.Offer(&scaled.Workload, replicas*scaled.AtTarget)
	scaled.offers = append(scaled.offers, offer{time.Now(), replicas})
}

// offered is what Offer said last.
func (d *Scaled) offered() float64 { return d.offeredAt(time.Now()) }

func (d *Scaled) offeredAt(when time.Time) float64 {
	replicas := 0.0
	for _, each := range d.offers {
		if !each.at.After(when) {
			replicas = each.replicas
		}
	}
	return replicas
}
