package scenario

import (
	"context"
	"fmt"
	"math"
	"time"

	"keda-gpu-scaler/e2e/world"
)

// How the GPUs of a replica that is so busy look.
var (
	computing = func(busy float64) world.Readings {
		return world.Readings{Utilization: percent(busy), Memory: 90}
	}
	// Its memory follows its load, as where models come and go.
	filling = func(busy float64) world.Readings {
		return world.Readings{Utilization: percent(busy), Memory: percent(busy)}
	}
	// 62,500 MB/s at full load: a target of 50,000 is 80% of it.
	exchanging = func(busy float64) world.Readings {
		return world.Readings{Utilization: percent(busy), Memory: 90, NVLink: int(math.Round(62_500 * busy))}
	}
)

func percent(share float64) int { return int(100 * share) }

// profileRow is one profile under one type. Steps of load are offered as multiples of
// what brings one replica to the target, so that k times it is right at k replicas: there
// the ratio is just below 1, and at k-1 and k+1 it is outside HPA's tolerance. It is not
// 1, for whole percents must not round what is wanted up to k+1.
type profileRow struct {
	profile    string
	metricType string
	readings   func(busy float64) world.Readings
	// Busy at the target.
	atTarget float64
	// The most that it ever asks for; 0: no bound. A metric that does not fall as
	// replicas are added cannot ask for more than ceil(100 / target) under AverageValue.
	bound int
}

// What keeps memory full from the start is 90% of it: with a target of 80 or 75, 2
// replicas are wanted whatever the load, and under Value there would be no end.
var profileRows = []profileRow{
	{"triton-inference", "AverageValue", computing, 0.75, 0},
	{"triton-inference", "Value", computing, 0.75, 0},
	{"training", "AverageValue", computing, 0.90, 0},
	{"training", "Value", computing, 0.90, 0},
	{"distributed-training", "AverageValue", exchanging, 0.80, 0},
	{"distributed-training", "Value", exchanging, 0.80, 0},
	{"batch", "AverageValue", filling, 0.70, 2},
	{"batch", "Value", filling, 0.70, 0},
	{"ollama", "AverageValue", filling, 0.70, 2},
	{"ollama", "Value", filling, 0.70, 0},
	{"vllm-inference", "AverageValue", computing, 0.80, 2},
	{"tgi-inference", "AverageValue", computing, 0.75, 2},
}

const mostReplicas = 12

func profiles(ctx context.Context, s *Stage) error {
	// 12 rows with 12 replicas at the most.
	if err := s.AddNodes(ctx, 9, 16); err != nil {
		return err
	}
	if err := s.AddGateways(ctx, 2); err != nil {
		return err
	}
	rows := map[*Scaled]profileRow{}
	for _, row := range profileRows {
		scaled := &Scaled{
			Min: 1, Max: mostReplicas, MetricType: row.metricType, AtTarget: row.atTarget,
			Workload: world.Workload{Readings: row.readings},
		}
		scaled.Name = row.profile + map[string]string{"AverageValue": "-a", "Value": "-v"}[row.metricType]
		scaled.Metadata = map[string]string{"profile": row.profile, "workload": "deployment/" + scaled.Name}
		rows[scaled] = row
	}
	if err := each(rows, func(scaled *Scaled, _ profileRow) error { return s.Deploy(ctx, scaled) }); err != nil {
		return err
	}
	for _, step := range []int{1, 4, 9, 2} {
		s.Say("load for %d replicas at their targets", step)
		from := time.Now()
		if err := each(rows, func(scaled *Scaled, row profileRow) error {
			s.Offer(scaled, 0.99*float64(step))
			if row.bound == 0 {
				s.ClaimReaches(ctx, scaled, step, 90*time.Second)
			}
			return nil
		}); err != nil {
			return err
		}
		for scaled, row := range rows {
			if row.bound > 0 {
				s.ClaimHeld(scaled, from, 1, row.bound, fmt.Sprintf("load for %d, a metric that does not fall", step))
			}
		}
	}
	return s.claimExplained(ctx, "vllm-inference-a")
}
