package plane

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"keda-gpu-scaler/e2e/process"
)

// Options of a control plane. Bin and Share have no default.
type Options struct {
	Bin   string // folder of kubemini, kwok, keda-operator, keda-adapter and keda-webhooks
	Share string // folder of keda.yaml, keda-webhooks.yaml and kwok-nodes.yaml

	// Folder of the plane's state; "": plane, beside the logs of its processes.
	Folder string
	// How often HPA looks (2 s), and for how long it remembers higher wishes before it
	// goes down (5 s); Kubernetes itself has 15 s and 5 minutes.
	HPASync                   time.Duration
	HPADownscaleStabilization time.Duration
	// KEDALogLevel is error, info (the default) or debug.
	KEDALogLevel string
	// More of KEDA's operator: NAME=VALUE, and flags.
	OperatorEnvironment []string
	OperatorFlags       []string
	// Step, if any, hears of each step that is done.
	Step func(what string, took time.Duration)
}

// complete checks what must be there, and fills in what is not given.
func (o Options) complete(processes *process.Group) (Options, error) {
	for _, needed := range []string{
		filepath.Join(o.Bin, "kubemini"), filepath.Join(o.Bin, "kwok"),
		filepath.Join(o.Bin, "keda-operator"), filepath.Join(o.Bin, "keda-adapter"),
		filepath.Join(o.Bin, "keda-webhooks"), filepath.Join(o.Share, "keda.yaml"),
		filepath.Join(o.Share, "keda-webhooks.yaml"), filepath.Join(o.Share, "kwok-nodes.yaml"),
	} {
		if _, err := os.Stat(needed); err != nil {
			return o, fmt.Errorf("a part of the control plane is missing, which ./dev e2e builds: %w", err)
		}
	}
	var err error
	for _, folder := range []*string{&o.Bin, &o.Share} {
		if *folder, err = filepath.Abs(*folder); err != nil {
			return o, err
		}
	}
	if o.Folder == "" {
		o.Folder = filepath.Join(processes.Folder(), "plane")
	}
	if o.HPASync == 0 {
		o.HPASync = 2 * time.Second
	}
	if o.HPADownscaleStabilization == 0 {
		o.HPADownscaleStabilization = 5 * time.Second
	}
	if o.KEDALogLevel == "" {
		o.KEDALogLevel = "info"
	}
	if o.Step == nil {
		o.Step = func(string, time.Duration) {}
	}
	return o, nil
}
