package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// What a person at a terminal would ask.

// manifestOf writes a ScaledObject, as the API server has it, to a file.
func (s *Stage) manifestOf(ctx context.Context, name string) (string, error) {
	manifest, err := s.Plane.Kubectl(ctx, "get", "scaledobject", name, "--namespace", s.name, "--output", "yaml")
	if err != nil {
		return "", err
	}
	file := filepath.Join(s.Processes.Folder(), s.name+"-"+name+".yaml")
	return file, os.WriteFile(file, manifest, 0o600)
}

// run is what a command of the scaler prints when it speaks to a gateway. Its exit code
// says that something is wrong, which may be what is asked for.
func (s *Stage) run(ctx context.Context, gateway int, arguments ...string) (string, error) {
	arguments = append(arguments, "--address", s.gateway(gateway).Host.Address.String()+":6000")
	arguments = append(arguments, s.clientFlags...)
	said, err := exec.CommandContext(ctx, s.Scaler, arguments...).CombinedOutput()
	if len(said) == 0 {
		return "", err
	}
	return string(said), nil
}

// explanation is what `explain` says of a ScaledObject at the first gateway.
func (s *Stage) explanation(ctx context.Context, name string) (string, error) {
	file, err := s.manifestOf(ctx, name)
	if err != nil {
		return "", err
	}
	return s.run(ctx, 0, "explain", file)
}

// decision is what a gateway says of a ScaledObject with one trigger: nil is not known, or
// does not apply.
type decision struct {
	Active   *bool
	Replicas *struct{ Fresh int }
}

// decisionAt: to ask changes nothing. A gateway remembers what KEDA asked and what it has
// seen by itself.
func (s *Stage) decisionAt(ctx context.Context, gateway int, name string) (decision, error) {
	file, err := s.manifestOf(ctx, name)
	if err != nil {
		return decision{}, err
	}
	said, err := s.run(ctx, gateway, "explain", "--format", "json", file)
	if err != nil {
		return decision{}, err
	}
	var decisions []decision
	if err := json.Unmarshal([]byte(said), &decisions); err != nil {
		return decision{}, fmt.Errorf("%w in %s", err, said)
	}
	if len(decisions) != 1 {
		return decision{}, fmt.Errorf("%d decisions in %s", len(decisions), said)
	}
	return decisions[0], nil
}

var viewed = regexp.MustCompile(`, target ([0-9.]+), (?:in)?active`)

// announcedTarget is what GetMetricSpec tells of a ScaledObject. `doctor` calls it at the
// gateway as KEDA does, with the metadata that KEDA finds in the API server: so the number
// is the gateway's reading of them, not this program's.
func (s *Stage) announcedTarget(ctx context.Context, name string) (string, error) {
	file, err := s.manifestOf(ctx, name)
	if err != nil {
		return "", err
	}
	said, err := s.run(ctx, 0, "doctor", "--scaled-object", file)
	if err != nil {
		return "", err
	}
	if found := viewed.FindStringSubmatch(said); found != nil {
		return found[1], nil
	}
	return "", fmt.Errorf("doctor tells no target: %s", said)
}

// awaitExplanation asks until the explanation passes; the last one otherwise.
func (s *Stage) awaitExplanation(ctx context.Context, name string, within time.Duration, passes func(string) bool) string {
	var last string
	err := s.Await(ctx, "explanation of "+name, within, func(ctx context.Context) error {
		said, err := s.explanation(ctx, name)
		if said != "" {
			last = said // of the last time that it was told
		}
		if err == nil && !passes(said) {
			err = fmt.Errorf("it says %q", said)
		}
		return err
	})
	if err != nil && last == "" {
		return err.Error()
	}
	return last
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return strings.TrimSpace(line)
		}
	}
	return "no line with " + part
}
