package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keda-gpu-scaler/e2e/plane"
	"keda-gpu-scaler/e2e/process"
	"keda-gpu-scaler/e2e/sandbox"
	"keda-gpu-scaler/e2e/scenario"
	"keda-gpu-scaler/e2e/timeline"
	"keda-gpu-scaler/e2e/world"
)

const (
	// Engines and routers have addresses from here on: the sandbox's hosts have others.
	engines        = "10.78.0.0/16"
	hpaSync        = 2 * time.Second
	downscaleAfter = 5 * time.Second
)

// run plays the scenarios in a control plane of their own.
func run(ctx context.Context, o options) error {
	began := time.Now()
	logs := filepath.Join(o.results, "logs")
	if err := errors.Join(os.RemoveAll(logs), os.MkdirAll(logs, 0o755),
		timeline.Forget(o.results, scenario.Names(o.scenarios))); err != nil {
		return err
	}
	processes, err := process.NewGroup(logs)
	if err != nil {
		return err
	}
	defer processes.StopAll() // the sandbox's end would end what does not obey
	measured, measure := context.WithCancel(context.Background())
	defer measure()
	go processes.Measure(measured)
	if err := sandbox.TakeAddresses(engines); err != nil {
		return err
	}
	names, err := world.ServeNames(sandbox.Address + ":53")
	if err != nil {
		return err
	}
	defer names.Close()
	if err := sandbox.ResolveWith(sandbox.Address); err != nil {
		return err
	}
	up, err := plane.Start(ctx, plane.Options{
		Bin: o.bin, Share: o.share, HPASync: hpaSync, HPADownscaleStabilization: downscaleAfter,
	}, processes)
	if err != nil {
		return err
	}
	fmt.Printf("the control plane is up after %.1f s\n", time.Since(began).Seconds())
	hardwareLog, err := os.Create(filepath.Join(logs, "gpu_world.log"))
	if err != nil {
		return err
	}
	defer hardwareLog.Close()
	hardware, err := world.StartHardware(o.world, hardwareLog)
	if err != nil {
		return err
	}
	defer hardware.Close()
	everything := world.New(hardware, names, netip.MustParsePrefix(engines).Addr())
	if err := everything.Run(ctx, up.Clientset); err != nil {
		return err
	}
	defer everything.Stop()
	summary := &timeline.Summary{Began: began}
	wrong := play(ctx, scenario.Setup{
		Plane: up, World: everything, Names: names, Processes: processes, Scaler: o.scaler,
		Helm: o.helm, Repository: o.repository, Definitions: filepath.Join(o.share, "definitions"),
		Log: os.Stdout, Sync: hpaSync,
	}, o, summary)
	summary.Seconds, summary.PeakBytes = time.Since(began).Seconds(), processes.PeakBytes()
	return errors.Join(wrong, summary.Save(o.results))
}

// play ends early when it is interrupted, or a program died that nobody ended.
func play(ctx context.Context, setup scenario.Setup, o options, summary *timeline.Summary) error {
	var wrong []string
	for i, each := range o.scenarios {
		fmt.Printf("\n== %s: %s\n", each.Name, each.Shows)
		record := scenario.Play(ctx, setup, each)
		if err := record.Save(o.results); err != nil {
			return err
		}
		outcome := record.Outcome()
		summary.Scenarios = append(summary.Scenarios, outcome)
		fmt.Printf("== %s: %d of %d claims hold, %.0f s\n", each.Name, outcome.Claims-outcome.Failed, outcome.Claims, outcome.Seconds)
		if outcome.Error != "" {
			fmt.Printf("== %s: %s\n", each.Name, outcome.Error)
		}
		if !outcome.Holds {
			wrong = append(wrong, each.Name)
		}
		if ctx.Err() != nil || setup.Processes.Death() != nil {
			summary.NotPlayed = scenario.Names(o.scenarios[i+1:])
			break
		}
	}
	fmt.Printf("\nmemory: at most %d MiB; at the end %s\n", setup.Processes.PeakBytes()>>20, setup.Processes.Usage())
	fmt.Printf("%d passed, %d failed, %d not played\n", len(summary.Scenarios)-len(wrong), len(wrong), len(summary.NotPlayed))
	if len(wrong) > 0 {
		return fmt.Errorf("wrong: %s; logs and results are in %s", strings.Join(wrong, ", "), o.results)
	}
	return nil
}
