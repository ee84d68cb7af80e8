package scenario

import (
	"context"
	"errors"
	"regexp"
	"time"

	"keda-gpu-scaler/e2e/fleet"
	"keda-gpu-scaler/e2e/sandbox"
)

// fault is something that breaks, and is mended after a while.
type fault struct {
	name        string
	begin, mend func(context.Context) error
	// That it has taken effect, by what shows it to anybody; a fault that is never felt
	// fails the scenario.
	felt      func(context.Context) error
	explained []explained // none: nobody is there to ask
	reaction  reaction
}

// explained is what `explain` must say of a workload.
type explained struct {
	scaled *Scaled
	says   *regexp.Regexp
}

// reaction is what HPA and KEDA do about a fault. The replicas stay, but for a fallback's.
type reaction struct {
	words         string
	scalingActive bool // HPA's condition, of a workload without a fallback
	// KEDA's, which allows two failures in a row, or none.
	fallback, fallbackAtOnce acting
}

// acting is whether KEDA's fallback does.
type acting int

const (
	idle acting = iota
	acts
	mayAct // in the moment of the repair
)

// most is how many replicas a workload may have, of which so many are right.
func (a acting) most(right int) int {
	if a == idle {
		return right
	}
	return fallbackReplicas
}

var (
	// One that has just started is asked before it is ready, and perhaps twice in a row.
	otherAnswers   = reaction{"the other gateway answers", true, idle, mayAct}
	countsAtTarget = reaction{"a missing replica counts as if at the target", true, idle, idle}
	fallbackActs   = reaction{"the gateways answer UNAVAILABLE", false, acts, acts}
	// KEDA forgets the specs with the first failure that is no fallback, and without
	// specs it counts no further one.
	nobodyAnswers = reaction{"no gateway answers", false, idle, acts}
	// HPA waits for KEDA, and KEDA for the gateway: both know nothing newer. What waits is
	// answered with the gateway's first breath, when it has heard nothing for as long.
	syncsHang = reaction{"KEDA's calls hang, and HPA's syncs with them", true, idle, mayAct}

	somethingMissing = regexp.MustCompile(`[1-9][0-9]* missing`)
	unavailable      = regexp.MustCompile("UNAVAILABLE")
)

// settles is how long a fault lasts once it is felt: four syncs, for what HPA and KEDA
// make of it.
const settles = 8 * time.Second

func (f *faultyFleet) all() []fault {
	first, second := f.gateway(0), f.gateway(1)
	busy, engine := explained{f.busy, somethingMissing}, explained{f.engine, somethingMissing}
	return []fault{
		// What breaks; how, and how it is mended; by what it is felt; of what `explain` tells;
		// what HPA and KEDA do about it.
		{"one of two gateways is killed", kill(first), start(first),
			f.aloneIs(second, first), nil, otherAnswers},
		{"both gateways are killed", kill(first, second), start(first, second),
			f.cannotRead(f.busy), nil, nobodyAnswers},
		{"a gateway stands still", onMember((*fleet.Member).Pause, first), onMember((*fleet.Member).Resume, first),
			f.standsStill(first), nil, syncsHang},
		{"a node is cut off", f.cutOff, f.restore,
			f.isDown, []explained{busy, engine}, countsAtTarget},
		// But for the engines of their pods: a workload by its engines' queue goes on.
		{"all nodes are cut off", f.onNodes((*sandbox.Host).Cut), f.onNodes((*sandbox.Host).Restore),
			f.cannotRead(f.busy), []explained{{f.busy, unavailable}}, fallbackActs},
		{"the driver is gone on a node", f.hardware("driver", "gone"), f.hardware("driver", "back"),
			f.isDown, []explained{busy}, countsAtTarget},
		{"a GPU of a busy pod is lost", f.loseGPU, f.resetGPU,
			f.showsItself("gpu_device_count", gpusOfNode-1), []explained{busy}, countsAtTarget},
		{"a kubelet's PodResources hang", f.hardware("kubelet", "hangs"), f.hardware("kubelet", "answers"),
			f.showsItself("pod_listing_up", 0), []explained{busy}, countsAtTarget},
		{"an engine answers garbage", f.babble(true), f.babble(false),
			f.grows("engine_failures_total", gateways), []explained{engine}, countsAtTarget},
		{"all certificates are replaced", f.replaceCertificates, f.greetAnew,
			f.oldOnesAreRefused, nil, otherAnswers},
	}
}

func onMember(do func(*fleet.Member) error, members ...*fleet.Member) func(context.Context) error {
	return func(context.Context) error {
		var err error
		for _, each := range members {
			err = errors.Join(err, do(each))
		}
		return err
	}
}

func kill(members ...*fleet.Member) func(context.Context) error {
	return onMember(killed, members...)
}

func killed(member *fleet.Member) error {
	member.Kill()
	return nil
}

func start(members ...*fleet.Member) func(context.Context) error {
	return onMember((*fleet.Member).Start, members...)
}

// A node's scaler has a host of its own, and the engines of its pods have others: all of
// them go silent, as if they were on one machine.
func (f *faultyFleet) cutOff(context.Context) error {
	f.World.Silence(f.node, true)
	return f.fleet.Node(f.node).Host.Cut()
}

func (f *faultyFleet) restore(context.Context) error {
	f.World.Silence(f.node, false)
	return f.fleet.Node(f.node).Host.Restore()
}

func (f *faultyFleet) onNodes(do func(*sandbox.Host) error) func(context.Context) error {
	return func(context.Context) error {
		var err error
		for _, name := range f.nodes {
			err = errors.Join(err, do(f.fleet.Node(name).Host))
		}
		return err
	}
}

// hardware says VERB NODE STATE to gpu_world.
func (f *faultyFleet) hardware(verb, state string) func(context.Context) error {
	return func(context.Context) error { return f.World.Hardware().Do(verb, f.node, state) }
}

func (f *faultyFleet) babble(does bool) func(context.Context) error {
	return func(context.Context) error { return f.World.Babble(&f.engine.Workload, does) }
}

func (f *faultyFleet) loseGPU(ctx context.Context) error {
	if err := f.Await(ctx, "a pod of busy holds a GPU", patience, func(ctx context.Context) error {
		var err error
		f.gpu, err = f.gpuOf(ctx, f.busy)
		return err
	}); err != nil {
		return err
	}
	return f.World.Hardware().Do("gpu", f.node, f.gpu, "lost=1")
}

// A GPU is reset while nobody uses it: the node's scaler starts anew with it. It would
// look by itself whether it is back, a minute to a quarter of an hour after.
func (f *faultyFleet) resetGPU(context.Context) error {
	node := f.fleet.Node(f.node)
	return errors.Join(node.Stop(), f.World.Hardware().Do("gpu", f.node, f.gpu, "lost=0"), node.Start())
}
