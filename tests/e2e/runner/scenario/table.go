// Package scenario plays what the scaler must do with the real KEDA and the real HPA.
package scenario

import (
	"context"
	"time"
)

// Scenario is one play. Run returns an error when it cannot go on; what must hold it
// claims by Stage.
type Scenario struct {
	Name  string
	Shows string
	// The longest that it may take.
	Within time.Duration
	Run    func(context.Context, *Stage) error
}

// Names of these.
func Names(scenarios []Scenario) []string {
	names := make([]string, len(scenarios))
	for i, each := range scenarios {
		names[i] = each.Name
	}
	return names
}

// All of them, in the order in which they are played.
func All() []Scenario {
	return []Scenario{
		{"profiles", "each hardware profile, under AverageValue and Value, reaches the right replicas and stays", 8 * time.Minute, profiles},
		{"two-workloads", "two Deployments on the same nodes scale on their own GPUs alone", 8 * time.Minute, twoWorkloads},
		{"leaderworkerset", "groups of two pods with four GPUs each scale as groups", 5 * time.Minute, leaderWorkerSets},
		{"from-zero", "the first queued request wakes a workload, and its cooldown ends it", 5 * time.Minute, fromZero},
		{"queue", "an engine's queue grows while replicas load, counts, and is drained", 8 * time.Minute, queue},
		{"slow-load", "a model that loads for two minutes is neither overshot nor shrunk", 15 * time.Minute, slowLoad},
		{"faults", "a busy workload never loses a replica to missing data", 15 * time.Minute, faults},
		{"targets", "an edited target reaches the HPA, and the streams of specs are opened anew", 5 * time.Minute, targets},
		{"manifests", "the API server takes what the chart renders and every example", 5 * time.Minute, manifests},
	}
}
