package plane

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Options of a control plane. None has a default.
type Options struct {
	Bin   string // folder of kubemini, kwok, keda-operator, keda-adapter and keda-webhooks
	Share string // folder of keda.yaml, keda-webhooks.yaml and kwok-nodes.yaml

	// How often HPA looks, and for how long it remembers higher wishes before it goes
	// down; Kubernetes itself has 15 s and 5 minutes.
	HPASync                   time.Duration
	HPADownscaleStabilization time.Duration
}

// complete checks what must be there, and makes its folders absolute.
func (o Options) complete() (Options, error) {
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
	if o.HPASync <= 0 || o.HPADownscaleStabilization <= 0 {
		return o, errors.New("HPA's times are to be given")
	}
	var err error
	for _, folder := range []*string{&o.Bin, &o.Share} {
		if *folder, err = filepath.Abs(*folder); err != nil {
			return o, err
		}
	}
	return o, nil
}
