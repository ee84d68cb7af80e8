package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"

	"keda-gpu-scaler/e2e/scenario"
)

type options struct {
	bin, share, scaler, world, results, helm, repository, plots string
	check                                                       bool
	scenarios                                                   []scenario.Scenario
}

// parse reads the command line: flags, and then names of scenarios, all of them if there
// is none.
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
	flags.BoolVar(&o.check, "check", false, "look at the command line, and play nothing")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	all := scenario.All()
	for _, name := range flags.Args() {
		i := slices.IndexFunc(all, func(each scenario.Scenario) bool { return each.Name == name })
		if i < 0 {
			return o, fmt.Errorf("no scenario %q; there are %s", name, strings.Join(scenario.Names(all), ", "))
		}
		o.scenarios = append(o.scenarios, all[i])
	}
	if len(o.scenarios) == 0 {
		o.scenarios = all
	}
	return o, nil
}
