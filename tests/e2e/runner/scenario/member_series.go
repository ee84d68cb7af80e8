package scenario

import (
	"context"
	"fmt"
	"regexp"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"keda-gpu-scaler/e2e/fleet"
)

// What the /metrics of a gateway and of a node's scaler tell.

// nodeIsUp: both gateways say that the node is read and reports, or that it is not.
func (f *faultyFleet) nodeIsUp(ctx context.Context, node string, right float64) error {
	for i := range gateways {
		if err := f.shows(ctx, f.gateway(i), fmt.Sprintf("node_up{node=%q}", node), right); err != nil {
			return err
		}
	}
	return nil
}

func (f *faultyFleet) shows(ctx context.Context, member *fleet.Member, series string, right float64) error {
	seen, err := sample(ctx, member, series)
	if err == nil && seen != right {
		err = fmt.Errorf("%s of %s is %g, not %g", series, member.Host.Name, seen, right)
	}
	return err
}

// gpuOf is the index, on the fault's node, of the GPU that a pod of the workload holds.
func (f *faultyFleet) gpuOf(ctx context.Context, scaled *Scaled) (string, error) {
	// The kubelet's listing may still have a pod that has just gone.
	pods, err := f.Plane.Clientset.CoreV1().Pods(f.name).List(ctx, metav1.ListOptions{
		LabelSelector: "app=" + scaled.Name, FieldSelector: "spec.nodeName=" + f.node,
	})
	if err != nil {
		return "", err
	}
	if len(pods.Items) == 0 {
		return "", fmt.Errorf("%s has no pod of %s", f.node, scaled.Name)
	}
	text, err := page(ctx, f.fleet.Node(f.node), "/metrics")
	if err != nil {
		return "", err
	}
	holder := regexp.MustCompile(fmt.Sprintf(`gpu_holder_info{gpu_uuid="([^"]+)",namespace=%q,pod=%q`,
		f.name, pods.Items[0].Name)).FindStringSubmatch(text)
	if holder == nil {
		return "", fmt.Errorf("%s: nobody tells that %s holds a GPU", f.node, pods.Items[0].Name)
	}
	gpu := regexp.MustCompile(fmt.Sprintf(`gpu_up{gpu_index="([0-9]+)",gpu_uuid=%q`, holder[1])).FindStringSubmatch(text)
	if gpu == nil {
		return "", fmt.Errorf("%s: %s is none of its GPUs", f.node, holder[1])
	}
	return gpu[1], nil
}
