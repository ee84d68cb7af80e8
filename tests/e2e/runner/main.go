// Command e2e plays the scenarios with the real KEDA and the real HPA: ./dev e2e builds
// what it needs and runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"keda-gpu-scaler/e2e/plane"
	"keda-gpu-scaler/e2e/process"
	"keda-gpu-scaler/e2e/sandbox"
	"keda-gpu-scaler/e2e/scenario"
	"keda-gpu-scaler/e2e/timeline"
	"keda-gpu-scaler/e2e/world"
)

type options struct {
	bin, share, scaler, world, results, helm, repository, plots string
	scenarios                                                   []scenario.Scenario
}

func main() {
	options, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(2)
	}
	if options.plots != "" {
		if err := timeline.PlotAll(options.results, options.plots); err != nil {
			fmt.Fprintln(os.Stderr, "e2e:", err)
			os.Exit(1)
		}
		return
	}
	if err := sandbox.Enter(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, options); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
}

func parse(arguments []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("e2e", flag.ContinueOnError)
	flags.StringVar(&o.bin, "bin", "", "folder of the control plane's programs")
	flags.StringVar(&o.share, "share", "", "folder of its manifests")
	flags.StringVar(&o.scaler, "scaler", "", "keda-gpu-scaler")
	flags.StringVar(&o.world, "world", "", "gpu_world")
	flags.StringVar(&o.results, "results", "", "folder of results and logs")
	flags.StringVar(&o.helm, "helm", "", "helm, for the scenario manifests")
	flags.StringVar(&o.repository, "repository", ".", "this repository")
	flags.StringVar(&o.plots, "plots", "", "draw the results that are there into this folder, and play nothing")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	all := scenario.All()
	known := make([]string, len(all))
	for i, each := range all {
		known[i] = each.Name
	}
	for _, name := range flags.Args() {
		i := slices.Index(known, name)
		if i < 0 {
			return o, fmt.Errorf("no scenario %q; there are %s", name, strings.Join(known, ", "))
		}
		o.scenarios = append(o.scenarios, all[i])
	}
	if len(o.scenarios) == 0 {
		o.scenarios = all
	}
	return o, nil
}

// What the sandbox's network looks like from its hosts: sandbox.AddHost gives them
// addresses in 10.77.0.0/16, engines and routers have theirs from 10.78.0.0 on.
var (
	nameServer     = "10.77.0.1"
	engines        = "10.78.0.0/16"
	hpaSync        = 2 * time.Second
	downscaleAfter = 5 * time.Second
)

func run(ctx context.Context, o options) error {
	began := time.Now()
	logs := filepath.Join(o.results, "logs")
	if err := errors.Join(os.RemoveAll(logs), os.MkdirAll(logs, 0o755)); err != nil {
		return err
	}
	processes, err := process.NewGroup(logs)
	if err != nil {
		return err
	}
	defer processes.StopAll()
	if err := sandbox.TakeAddresses(engines); err != nil {
		return err
	}
	names, err := world.ServeNames(nameServer + ":53")
	if err != nil {
		return err
	}
	defer names.Close()
	if err := sandbox.ResolveWith(nameServer); err != nil {
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
	return play(ctx, scenario.Setup{
		Plane: up, World: everything, Names: names, Processes: processes, Scaler: o.scaler,
		Helm: o.helm, Repository: o.repository, Definitions: filepath.Join(o.share, "definitions"),
		Log: os.Stdout, Sync: hpaSync,
	}, o)
}

func play(ctx context.Context, setup scenario.Setup, o options) error {
	var wrong []string
	for _, each := range o.scenarios {
		fmt.Printf("\n== %s: %s\n", each.Name, each.Shows)
		record := scenario.Play(ctx, setup, each)
		if err := record.Save(o.results); err != nil {
			return err
		}
		failed := record.Failed()
		fmt.Printf("== %s: %d of %d claims hold, %.0f s\n", each.Name, len(record.Claims)-len(failed), len(record.Claims), record.Seconds)
		if record.Error != "" {
			fmt.Printf("== %s: it did not come to its end: %s\n", each.Name, record.Error)
		}
		if record.Error != "" || len(failed) > 0 {
			wrong = append(wrong, each.Name)
		}
		if ctx.Err() != nil {
			break
		}
	}
	fmt.Printf("\nmemory: %s\n", setup.Processes.Usage())
	if len(wrong) > 0 {
		return fmt.Errorf("wrong: %s; logs and results are in %s", strings.Join(wrong, ", "), o.results)
	}
	fmt.Printf("%d passed, 0 failed\n", len(o.scenarios))
	return nil
}
