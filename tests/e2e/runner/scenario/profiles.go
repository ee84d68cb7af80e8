package scenario

import (
	"context"
	"math"
	"time"

	"keda-gpu-scaler/e2e/world"
)

// How the GPUs of a replica that is so busy look.
var (
	// Memory is full from the start, as of engines that preallocate it.
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

// Steps of load are offered as multiples of what brings one replica to the target, so that
// k times it is right at k replicas: there the ratio is just below 1, and at k-1 and k+1 it
// is outside HPA's tolerance. It is not 1, for whole percents must not round what is wanted
// up to k+1.
const (
	justBelow    = 0.99
	mostReplicas = 11
	// Of what runs away: by hand it ends there, so it need not be far.
	endOfTheRoad = 4
)

// profileRow is one profile under one type.
type profileRow struct {
	profile, metricType string
	readings            func(busy float64) world.Readings
	atTarget            float64 // how busy a replica is at the target
	most                int     // maxReplicaCount
	// The replicas that are right for a load of so many times the target; where two numbers
	// are, HPA goes back and forth between them.
	right func(load int) (least, most int)
}

// Utilization and traffic are shared by the replicas, and so the scaler multiplies them
// under AverageValue, and HPA does under Value.
func proportional(load int) (int, int) { return load, load }

// Memory of a GPU is an amount of each replica: nobody multiplies it under AverageValue, and
// HPA wants ceil(percent / target) replicas of whatever load. Full from the start it is 90%:
// ceil(90 / 80) = ceil(90 / 75) = 2, for one replica is outside the tolerance (90 / 75 and
// 90 / 80 are above 1.1) and 2 are too (90 / 160 is below 0.9), where 2 are wanted again.
func alwaysTwo(int) (int, int) { return 2, 2 }

// The same that follows the load of k x 0.99 x 70%: n replicas show 69.3 k / n percent each,
// and 100% at most.
//
//	k = 1: one shows 69, which is within the tolerance of 70: 1.
//	k = 4 and 9: one and two show 100, and ceil(100 / 70) = 2 are wanted by either.
//	k = 2: one shows 100, and 2 are wanted; two show 69 each, and ceil(69 / 70) = 1 is. It
//	       never comes to rest.
func twoAtMost(load int) (int, int) {
	switch load {
	case 1:
		return 1, 1
	case 2:
		return 1, 2
	}
	return 2, 2
}

// Under Value HPA multiplies by the replicas what does not fall as these are added, and
// 90 / 80 = 1.125 and 90 / 75 = 1.2 are above the tolerance: 1, 2, 3 (ceil(2 x 1.125)), 4 and
// on, with any load, and never back.
func runsAway(int) (int, int) { return endOfTheRoad, endOfTheRoad }

var profileRows = []profileRow{
	{"triton-inference", "AverageValue", computing, 0.75, mostReplicas, proportional},
	{"triton-inference", "Value", computing, 0.75, mostReplicas, proportional},
	{"training", "AverageValue", computing, 0.90, mostReplicas, proportional},
	{"training", "Value", computing, 0.90, mostReplicas, proportional},
	{"distributed-training", "AverageValue", exchanging, 0.80, mostReplicas, proportional},
	{"distributed-training", "Value", exchanging, 0.80, mostReplicas, proportional},
	{"batch", "AverageValue", filling, 0.70, mostReplicas, twoAtMost},
	{"batch", "Value", filling, 0.70, mostReplicas, proportional},
	{"ollama", "AverageValue", filling, 0.70, mostReplicas, twoAtMost},
	{"ollama", "Value", filling, 0.70, mostReplicas, proportional},
	{"vllm-inference", "AverageValue", computing, 0.80, mostReplicas, alwaysTwo},
	{"vllm-inference", "Value", computing, 0.80, endOfTheRoad, runsAway},
	{"tgi-inference", "AverageValue", computing, 0.75, mostReplicas, alwaysTwo},
	{"tgi-inference", "Value", computing, 0.75, endOfTheRoad, runsAway},
}

func (r profileRow) name() string {
	return r.profile + map[string]string{"AverageValue": "-a", "Value": "-v"}[r.metricType]
}

func (r profileRow) scaled() *Scaled {
	return &Scaled{
		Workload: world.Workload{Name: r.name(), Readings: r.readings},
		Min:      1, Max: r.most, MetricType: r.metricType, AtTarget: r.atTarget,
		Metadata: map[string]string{"profile": r.profile, "workload": "deployment/" + r.name()},
	}
}

func profiles(ctx context.Context, s *Stage) error {
	// 12 rows with 11 replicas at the most, and two with 4.
	if err := s.AddNodes(ctx, 9, 16); err != nil {
		return err
	}
	if err := s.AddGateways(ctx, 2); err != nil {
		return err
	}
	rows := map[*Scaled]profileRow{}
	for _, row := range profileRows {
		rows[row.scaled()] = row
	}
	if err := each(rows, func(scaled *Scaled, _ profileRow) error { return s.Deploy(ctx, scaled) }); err != nil {
		return err
	}
	for _, load := range []int{1, 4, 9, 2} {
		s.Say("load for %d replicas at their targets", load)
		if err := each(rows, func(scaled *Scaled, row profileRow) error {
			s.Offer(scaled, justBelow*float64(load))
			switch least, most := row.right(load); {
			case least < most:
				s.claimAlternates(ctx, scaled, least, most, time.Minute)
			case row.profile == "distributed-training":
				s.claimComesToRest(ctx, scaled, most, time.Minute)
			default:
				s.ClaimReaches(ctx, scaled, most, time.Minute)
			}
			return context.Cause(ctx)
		}); err != nil {
			return err
		}
	}
	return s.claimMemoryNamed(ctx)
}
