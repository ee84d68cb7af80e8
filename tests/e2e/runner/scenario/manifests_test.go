package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNothingToShowIsAnError(t *testing.T) {
	empty := t.TempDir()
	stage := &Stage{Setup: Setup{Repository: empty}}
	if _, err := stage.renderChart(t.Context()); err == nil {
		t.Error("no helm")
	}
	stage.Helm = "helm"
	if _, err := stage.renderChart(t.Context()); err == nil {
		t.Error("no values")
	}
	if found, err := readManifests(empty, "."); err == nil {
		t.Error("no manifests: ", found)
	}
	if err := stage.claimAccepted(t.Context(), manifest{"a file", []byte("# nothing\n---\n")}); err == nil {
		t.Error("no object")
	}
}

func TestWhatHelmComplainsOfIsInTheError(t *testing.T) {
	repository := t.TempDir()
	values := filepath.Join(repository, chart, "ci", "a-values.yaml")
	helm := filepath.Join(repository, "helm")
	for _, err := range []error{
		os.MkdirAll(filepath.Dir(values), 0o755),
		os.WriteFile(values, nil, 0o644),
		os.WriteFile(helm, []byte("#!/bin/sh\necho no such value >&2\nexit 1\n"), 0o755),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	stage := &Stage{Setup: Setup{Repository: repository, Helm: helm}}
	if _, err := stage.renderChart(t.Context()); err == nil || !strings.Contains(err.Error(), "no such value") {
		t.Error(err)
	}
}
