package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"keda-gpu-scaler/e2e/plane"
)

const chart = "deploy/helm/keda-gpu-scaler"

// manifest is a text of Kubernetes' objects, and where it comes from.
type manifest struct {
	from string
	text []byte
}

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
	all, err := s.renderChart(ctx)
	if err != nil {
		return err
	}
	for _, folder := range []string{"deploy/examples", "deploy/manifests"} {
		found, err := readManifests(s.Repository, folder)
		if err != nil {
			return err
		}
		all = append(all, found...)
	}
	s.Say("%d files of manifests", len(all))
	for _, each := range all {
		if err := s.claimAccepted(ctx, each); err != nil {
			return err
		}
	}
	return s.claimAgreement(ctx)
}

// claimAccepted: the API server takes every object of it.
func (s *Stage) claimAccepted(ctx context.Context, each manifest) error {
	objects, err := plane.Decode(each.text)
	if err != nil {
		s.Claim(false, each.from, "YAML", err)
		return nil
	}
	if len(objects) == 0 {
		return fmt.Errorf("%s holds no object", each.from)
	}
	var refused error
	for _, object := range objects {
		refused = errors.Join(refused, s.tryOn(ctx, object))
	}
	s.Claim(refused == nil, fmt.Sprintf("%s: %d objects", each.from, len(objects)), "accepted", orAccepted(refused))
	return nil
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

// renderChart is what helm makes of the chart with each values file of its ci folder, by
// name.
func (s *Stage) renderChart(ctx context.Context) ([]manifest, error) {
	if s.Helm == "" {
		return nil, errors.New("no helm is given, which renders the chart")
	}
	pattern := filepath.Join(s.Repository, chart, "ci", "*-values.yaml")
	values, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("no file is %s", pattern)
	}
	var rendered []manifest
	for _, file := range values {
		helm := exec.CommandContext(ctx, s.Helm, "template", "keda-gpu-scaler", filepath.Join(s.Repository, chart),
			"--namespace", s.name, "--values", file)
		var complaint bytes.Buffer
		helm.Stderr = &complaint
		text, err := helm.Output()
		if err != nil {
			return nil, fmt.Errorf("helm template with %s: %w: %s", filepath.Base(file), err, bytes.TrimSpace(complaint.Bytes()))
		}
		rendered = append(rendered, manifest{"the chart with " + filepath.Base(file), text})
	}
	return rendered, nil
}

// readManifests is the YAML files under a folder that hold Kubernetes' objects, by name;
// scenarios of the simulated source are none.
func readManifests(repository, folder string) ([]manifest, error) {
	var found []manifest
	err := filepath.WalkDir(filepath.Join(repository, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Contains(text, []byte("apiVersion:")) {
			return nil
		}
		name, err := filepath.Rel(repository, path)
		found = append(found, manifest{name, text})
		return err
	})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("%s holds no manifest", folder)
	}
	return found, err
}
