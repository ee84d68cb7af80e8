// Package observe is what the API server shows of scaled workloads.
package observe

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
)

// State is a scale target and the HPA that KEDA made for it.
type State struct {
	Replicas, Ready int
	// What HPA compares: the metric by replica under AverageValue, the metric under Value.
	Value  *float64 // nil: HPA has not read it
	Target *float64 // nil: there is no HPA
	// Whether HPA can read its metric, and what it says of it.
	Active bool
	Says   string
}

func (s State) String() string {
	value, target := "none", "none"
	if s.Value != nil {
		value = fmt.Sprintf("%g", *s.Value)
	}
	if s.Target != nil {
		target = fmt.Sprintf("%g", *s.Target)
	}
	return fmt.Sprintf("%d replicas, %d ready, value %s, target %s, HPA says %q",
		s.Replicas, s.Ready, value, target, s.Says)
}

// Change is a state with the time at which it was seen.
type Change struct {
	At    time.Time
	State State
}

// Observer follows the targets and HPAs of one namespace. Safe for concurrent use.
type Observer struct {
	mutex   sync.Mutex
	states  map[string]State // by the target's name
	past    map[string][]Change
	changed chan struct{} // closed and made anew at every change
}

// Deployments is the usual kind of scale target.
var Deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}

var autoscalers = schema.GroupVersionResource{
	Group: "autoscaling", Version: "v2", Resource: "horizontalpodautoscalers"}

// Follow looks at `namespace` until `ctx` ends: at scale targets of these kinds.
func Follow(ctx context.Context, client dynamic.Interface, namespace string, kinds ...schema.GroupVersionResource) (*Observer, error) {
	o := &Observer{states: map[string]State{}, past: map[string][]Change{}, changed: make(chan struct{})}
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(client, 0, namespace, nil)
	handle := func(kind schema.GroupVersionResource, take func(*State, *unstructured.Unstructured), name func(*unstructured.Unstructured) string) error {
		seen := func(object any) {
			each := object.(*unstructured.Unstructured)
			o.update(name(each), func(state *State) { take(state, each) })
		}
		_, err := factory.ForResource(kind).Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc: seen, UpdateFunc: func(_, object any) { seen(object) }})
		return err
	}
	for _, kind := range kinds {
		if err := handle(kind, takeTarget, (*unstructured.Unstructured).GetName); err != nil {
			return nil, err
		}
	}
	if err := handle(autoscalers, takeAutoscaler, targetOf); err != nil {
		return nil, err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	return o, context.Cause(ctx)
}

func takeTarget(state *State, object *unstructured.Unstructured) {
	state.Replicas = whole(object, "spec", "replicas")
	state.Ready = whole(object, "status", "readyReplicas")
}

func targetOf(object *unstructured.Unstructured) string {
	name, _, _ := unstructured.NestedString(object.Object, "spec", "scaleTargetRef", "name")
	return name
}

func takeAutoscaler(state *State, object *unstructured.Unstructured) {
	state.Target = external(object, "target", "spec", "metrics")
	state.Value = external(object, "current", "status", "currentMetrics")
	state.Active, state.Says = false, ""
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, each := range conditions {
		condition := each.(map[string]any)
		if condition["type"] == "ScalingActive" {
			state.Active = condition["status"] == "True"
			state.Says = fmt.Sprint(condition["message"])
		}
	}
}

// The number of the first external metric at `path`; HPA writes the one it does not mean
// as 0 or not at all.
func external(object *unstructured.Unstructured, part string, path ...string) *float64 {
	metrics, _, _ := unstructured.NestedSlice(object.Object, path...)
	for _, each := range metrics {
		for _, key := range []string{"averageValue", "value"} {
			text, found, _ := unstructured.NestedString(each.(map[string]any), "external", part, key)
			if !found {
				continue
			}
			quantity, err := resource.ParseQuantity(text)
			if err != nil || (key == "averageValue" && part == "current" && quantity.IsZero() && hasValue(each)) {
				continue
			}
			number := quantity.AsApproximateFloat64()
			return &number
		}
	}
	return nil
}

func hasValue(metric any) bool {
	_, found, _ := unstructured.NestedString(metric.(map[string]any), "external", "current", "value")
	return found
}

func whole(object *unstructured.Unstructured, path ...string) int {
	number, _, _ := unstructured.NestedInt64(object.Object, path...)
	return int(number)
}

func (o *Observer) update(name string, change func(*State)) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	state := o.states[name]
	change(&state)
	o.states[name] = state
	o.past[name] = append(o.past[name], Change{time.Now(), state})
	close(o.changed)
	o.changed = make(chan struct{})
}

// State of the target of this name.
func (o *Observer) State(name string) State {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.states[name]
}

// Since is the state at `from`, and every change since.
func (o *Observer) Since(name string, from time.Time) []Change {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	past := o.past[name]
	first := 0
	for i, each := range past {
		if !each.At.After(from) {
			first = i
		}
	}
	return append([]Change(nil), past[first:]...)
}

// Await returns when the target's state first passes, which may be at once.
func (o *Observer) Await(ctx context.Context, name string, passes func(State) bool) (Change, error) {
	for {
		o.mutex.Lock()
		state, changed := o.states[name], o.changed
		o.mutex.Unlock()
		if passes(state) {
			return Change{time.Now(), state}, nil
		}
		select {
		case <-ctx.Done():
			return Change{time.Now(), state}, fmt.Errorf("%s: %s: %w", name, state, context.Cause(ctx))
		case <-changed:
		}
	}
}
