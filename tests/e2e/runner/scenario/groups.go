package scenario

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var leaderWorkerSetResource = schema.GroupVersionResource{
	Group: "leaderworkerset.x-k8s.io", Version: "v1", Resource: "leaderworkersets"}

// groupController makes the pods of a LeaderWorkerSet, named as LWS names them: NAME-G
// the leader of group G, NAME-G-W its workers. Each pod takes `gpus`.
type groupController struct {
	stage      *Stage
	name       string
	size, gpus int
}

// run reconciles until `ctx` ends, or until that fails.
func (g *groupController) run(ctx context.Context) error {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		if err := g.reconcile(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// reconcile does one round: pods as spec.replicas says, the status as the pods are.
func (g *groupController) reconcile(ctx context.Context) error {
	sets := g.stage.Plane.Dynamic.Resource(leaderWorkerSetResource).Namespace(g.stage.name)
	set, err := sets.Get(ctx, g.name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	wanted := int(number(set, "spec", "replicas"))
	pods := g.stage.Plane.Clientset.CoreV1().Pods(g.stage.name)
	list, err := pods.List(ctx, metav1.ListOptions{LabelSelector: "app=" + g.name})
	if err != nil {
		return err
	}
	ready := map[string]int{} // pods by group
	there := map[string]bool{}
	for _, pod := range list.Items {
		there[pod.Name] = true
		group := pod.Labels["group"]
		if pod.DeletionTimestamp == nil && groupNumber(group) >= wanted {
			if err := pods.Delete(ctx, pod.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
				return err
			}
			continue
		}
		for _, condition := range pod.Status.Conditions {
			if condition.Type == "Ready" && condition.Status == "True" && pod.DeletionTimestamp == nil {
				ready[group]++
			}
		}
	}
	for group := range wanted {
		for member := range g.size {
			if name := g.podName(group, member); !there[name] {
				if err := g.stage.apply(ctx, g.pod(name, group)); err != nil {
					return err
				}
			}
		}
	}
	whole := 0
	for _, members := range ready {
		if members == g.size {
			whole++
		}
	}
	return g.tell(ctx, set, wanted, whole)
}

func (g *groupController) tell(ctx context.Context, set *unstructured.Unstructured, replicas, ready int) error {
	if int(number(set, "status", "replicas")) == replicas && int(number(set, "status", "readyReplicas")) == ready {
		return nil
	}
	set.Object["status"] = map[string]any{
		"replicas": int64(replicas), "readyReplicas": int64(ready),
		"hpaPodSelector": "app=" + g.name + ",leader=true",
	}
	_, err := g.stage.Plane.Dynamic.Resource(leaderWorkerSetResource).Namespace(g.stage.name).UpdateStatus(ctx, set, metav1.UpdateOptions{})
	if apierrors.IsConflict(err) {
		return nil // HPA was there first: the next round sees it
	}
	return err
}

func (g *groupController) podName(group, member int) string {
	if member == 0 {
		return fmt.Sprintf("%s-%d", g.name, group)
	}
	return fmt.Sprintf("%s-%d-%d", g.name, group, member)
}

func (g *groupController) pod(name string, group int) object {
	leader := fmt.Sprint(name == g.podName(group, 0))
	return object{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": object{"name": name, "namespace": g.stage.name,
			"labels": object{"app": g.name, "group": fmt.Sprint(group), "leader": leader}},
		"spec": object{
			"terminationGracePeriodSeconds": 1,
			"nodeSelector":                  object{"scenario": g.stage.name},
			"containers": []object{{"name": "engine", "image": "none",
				"resources": object{"limits": object{"nvidia.com/gpu": fmt.Sprint(g.gpus)}}}},
		},
	}
}

func groupNumber(group string) int {
	var number int
	fmt.Sscan(group, &number)
	return number
}

func number(object *unstructured.Unstructured, path ...string) int64 {
	found, _, _ := unstructured.NestedInt64(object.Object, path...)
	return found
}
