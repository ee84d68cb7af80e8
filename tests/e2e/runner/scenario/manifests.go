package scenario

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"keda-gpu-scaler/e2e/plane"
)

const chart = "deploy/helm/keda-gpu-scaler"

// manifests shows the real API server everything that a user would apply, with the
// definitions of what the chart's values may bring in.
func manifests(ctx context.Context, s *Stage) error {
	if err := s.Plane.ApplyFolder(ctx, s.Definitions); err != nil {
		return err
	}
	for _, kind := range exampleTargets {
		if err := s.define(ctx, kind); err != nil {
			return err
		}
	}
	files := map[string][]byte{}
	if err := s.renderChart(ctx, files); err != nil {
		return err
	}
	for _, folder := range []string{"deploy/examples", "deploy/manifests"} {
		if err := readManifests(s.Repository, folder, files); err != nil {
			return err
		}
	}
	s.Say("%d files of manifests", len(files))
	for name, text := range files {
		objects, err := plane.Decode(text)
		if err != nil {
			s.Claim(false, name, "YAML", err)
			continue
		}
		var refused error
		for _, each := range objects {
			refused = errors.Join(refused, s.tryOn(ctx, each))
		}
		s.Claim(refused == nil, fmt.Sprintf("%s: %d objects", name, len(objects)), "accepted", orAccepted(refused))
	}
	return s.claimAgreement(ctx)
}

func orAccepted(err error) string {
	if err == nil {
		return "accepted"
	}
	return err.Error()
}

// tryOn gives an object to the API server, strictly and without effect, in the
// scenario's namespace, where KEDA's admission looks for what it scales.
func (s *Stage) tryOn(ctx context.Context, each *plane.Object) error {
	if s.Plane.IsNamespaced(each) {
		each.SetNamespace(s.name)
	}
	return s.Plane.DryRun(ctx, each)
}

// renderChart adds what helm makes of the chart with each values file of its ci folder.
func (s *Stage) renderChart(ctx context.Context, files map[string][]byte) error {
	if s.Helm == "" {
		s.Say("no helm here: what the chart renders is not shown to the API server")
		return nil
	}
	values, err := filepath.Glob(filepath.Join(s.Repository, chart, "ci", "*-values.yaml"))
	if err != nil {
		return err
	}
	for _, file := range values {
		out, err := exec.CommandContext(ctx, s.Helm, "template", "keda-gpu-scaler", filepath.Join(s.Repository, chart),
			"--namespace", s.name, "--values", file).Output()
		if err != nil {
			return fmt.Errorf("helm template with %s: %w", filepath.Base(file), err)
		}
		files["the chart with "+filepath.Base(file)] = out
	}
	return nil
}

// readManifests adds the YAML files under a folder that hold Kubernetes' objects;
// scenarios of the simulated source are none.
func readManifests(repository, folder string, files map[string][]byte) error {
	return filepath.WalkDir(filepath.Join(repository, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(text), "apiVersion:") {
			files[strings.TrimPrefix(path, repository+"/")] = text
		}
		return err
	})
}

// malformed is what neither the API server nor lint may take.
var malformed = map[string]string{
	"a misspelled field":  "{scaleTargetRef: {name: llm}, minReplicas: 1, triggers: [TRIGGER]}",
	"a number as a word":  "{scaleTargetRef: {name: llm}, minReplicaCount: two, triggers: [TRIGGER]}",
	"no target":           "{triggers: [TRIGGER]}",
	"no trigger":          "{scaleTargetRef: {name: llm}}",
	"metadata of numbers": "{scaleTargetRef: {name: llm}, triggers: [{type: external-push, metadata: {scalerAddress: 'keda-gpu-scaler.keda:6000', targetValue: 80}}]}",
	"more min than max":   "{scaleTargetRef: {name: llm}, minReplicaCount: 5, maxReplicaCount: 2, triggers: [TRIGGER]}",
}

const trigger = "{type: external-push, metadata: {scalerAddress: 'keda-gpu-scaler.keda:6000', workload: deployment/llm, metricType: gpu_utilization, targetValue: '80'}}"

// claimAgreement: what the API server refuses, lint refuses, and both take a sound one.
// Lint refuses more: what only HPA, or nobody, would complain of.
func (s *Stage) claimAgreement(ctx context.Context) error {
	specs := map[string]string{"a sound one": "{scaleTargetRef: {name: llm}, minReplicaCount: 1, triggers: [TRIGGER]}"}
	for what, spec := range malformed {
		specs[what] = spec
	}
	for what, spec := range specs {
		text := fmt.Sprintf("apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: llm, namespace: ml}\nspec: %s\n",
			strings.ReplaceAll(spec, "TRIGGER", trigger))
		file := filepath.Join(s.Processes.Folder(), "lint.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
		said, lintErr := exec.CommandContext(ctx, s.Scaler, "lint", file).CombinedOutput()
		objects, err := plane.Decode([]byte(text))
		if err != nil {
			return err
		}
		refused := s.tryOn(ctx, objects[0])
		s.Claim((refused != nil) == (lintErr != nil), "lint and the API server on "+what,
			orAccepted(refused), fmt.Sprintf("lint: %v %s", lintErr, lineWith(string(said), "error")))
	}
	return nil
}
