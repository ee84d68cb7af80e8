package world

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startScript is a gpu_world that is a shell script.
func startScript(t *testing.T, script string) *Hardware {
	t.Helper()
	program := filepath.Join(t.TempDir(), "gpu_world")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	hardware, err := StartHardware(program, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hardware.Close() })
	return hardware
}

func TestAnAnswerIsReadAndARefusalIsAnError(t *testing.T) {
	hardware := startScript(t, `read line && echo '{"socket": "here"}'; read line && echo '{"error": "no GPU 9"}'`)
	places, err := hardware.AddNode("a", 2)
	if err != nil || places.Socket != "here" {
		t.Error(places, err)
	}
	if err := hardware.Do("gpu", "a", 9); err == nil || !strings.Contains(err.Error(), "no GPU 9") {
		t.Error(err)
	}
}

func TestAProgramThatHangsIsAnErrorAndStaysOne(t *testing.T) {
	hardware := startScript(t, `exec sleep 1000`)
	hardware.patience = 50 * time.Millisecond
	for range 2 {
		if err := hardware.Do("driver", "a", "gone"); err == nil || !strings.Contains(err.Error(), "no answer within") {
			t.Error(err)
		}
	}
	began := time.Now()
	hardware.Close()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("its end took %s", took)
	}
}
