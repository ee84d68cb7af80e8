package scenario

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// memoryRow is a profile on memory that is full from the start: what `explain` and `lint`
// say of it.
type memoryRow struct {
	name          string
	target        int
	limit         string // of explain
	rule, finding string // of lint
}

var memoryRows = []memoryRow{
	{"vllm-inference-a", 80, "cannot ask for more than ceil(avg / 80) replicas", "memory-ceiling", fmt.Sprintf("ceil(100 / 80) = 2 of maxReplicaCount %d", mostReplicas)},
	{"tgi-inference-a", 75, "cannot ask for more than ceil(avg / 75) replicas", "memory-ceiling", fmt.Sprintf("ceil(100 / 75) = 2 of maxReplicaCount %d", mostReplicas)},
	{"vllm-inference-v", 80, "under Value HPA goes on to maxReplicaCount", "memory-runs-away", fmt.Sprint("HPA goes on to maxReplicaCount ", endOfTheRoad)},
	{"tgi-inference-v", 75, "under Value HPA goes on to maxReplicaCount", "memory-runs-away", fmt.Sprint("HPA goes on to maxReplicaCount ", endOfTheRoad)},
}

// claimMemoryNamed: explain tells the reading and that it has nothing to do with load, and
// lint warned of it.
func (s *Stage) claimMemoryNamed(ctx context.Context) error {
	for _, row := range memoryRows {
		said, err := s.explanation(ctx, row.name)
		if err != nil {
			return err
		}
		reported := regexp.MustCompile(fmt.Sprintf(`reported as \S+: 90 \(target %d\)`, row.target))
		s.Claim(reported.MatchString(said), row.name+", explained: the value", reported, lineWith(said, "reported as"))
		s.Claim(strings.Contains(said, row.limit), row.name+", explained: the limit", row.limit, lineWith(said, "limit:"))
		file, err := s.manifestOf(ctx, row.name)
		if err != nil {
			return err
		}
		// Its exit status says that it found something, which is what is wanted.
		found, err := exec.CommandContext(ctx, s.Scaler, "lint", file).CombinedOutput()
		if len(found) == 0 {
			return fmt.Errorf("lint %s says nothing: %w", row.name, err)
		}
		line := lineWith(string(found), "["+row.rule+"]")
		s.Claim(strings.Contains(line, row.finding), row.name+", linted", row.rule+": "+row.finding, line)
	}
	return nil
}
