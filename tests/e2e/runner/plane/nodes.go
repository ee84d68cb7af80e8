package plane

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// untilGone is how long what is deleted may take to go.
const untilGone = time.Minute

// AddNode makes a node that kwok plays, with so many GPUs, and returns when it is
// ready. Its labels are those that a kubelet gives, and these.
func (p *Plane) AddNode(ctx context.Context, name string, gpus int, labels map[string]string) error {
	nodes := p.Clientset.CoreV1().Nodes()
	capacity := corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse("64"),
		corev1.ResourceMemory: resource.MustParse("512Gi"),
		corev1.ResourcePods:   resource.MustParse("110"),
		"nvidia.com/gpu":      *resource.NewQuantity(int64(gpus), resource.DecimalSI),
	}
	all := map[string]string{corev1.LabelHostname: name, corev1.LabelOSStable: "linux", corev1.LabelArchStable: "amd64"}
	maps.Copy(all, labels)
	_, err := nodes.Create(ctx, &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: all},
		Status:     corev1.NodeStatus{Capacity: capacity, Allocatable: capacity},
	}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("node %q: %w", name, err)
	}
	return p.processes.Await(ctx, "node "+name+" is ready", patience, func(ctx context.Context) error {
		node, err := nodes.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, each := range node.Status.Conditions {
			if each.Type == corev1.NodeReady && each.Status == corev1.ConditionTrue && len(node.Spec.Taints) == 0 {
				return nil
			}
		}
		return fmt.Errorf("its conditions are %v, its taints %v", node.Status.Conditions, node.Spec.Taints)
	})
}

// RemoveNode returns when the node is gone, which one that is not there is.
func (p *Plane) RemoveNode(ctx context.Context, name string) error {
	nodes := p.Clientset.CoreV1().Nodes()
	return p.remove(ctx, "node "+name, func(ctx context.Context) error {
		return nodes.Delete(ctx, name, metav1.DeleteOptions{})
	}, func(ctx context.Context) error {
		_, err := nodes.Get(ctx, name, metav1.GetOptions{})
		return err
	})
}

// RemoveNamespace returns when the namespace is gone, and all that was in it.
func (p *Plane) RemoveNamespace(ctx context.Context, name string) error {
	namespaces := p.Clientset.CoreV1().Namespaces()
	return p.remove(ctx, "namespace "+name, func(ctx context.Context) error {
		return namespaces.Delete(ctx, name, metav1.DeleteOptions{})
	}, func(ctx context.Context) error {
		namespace, err := namespaces.Get(ctx, name, metav1.GetOptions{})
		if err == nil {
			err = fmt.Errorf("its conditions are %v", namespace.Status.Conditions)
		}
		return err
	})
}

// DeletePods deletes those that the selector finds in a namespace; "": all.
func (p *Plane) DeletePods(ctx context.Context, namespace, selector string) error {
	return p.Clientset.CoreV1().Pods(namespace).DeleteCollection(ctx, metav1.DeleteOptions{},
		metav1.ListOptions{LabelSelector: selector})
}

func (p *Plane) remove(ctx context.Context, what string, remove, get func(context.Context) error) error {
	if err := remove(ctx); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("removing %s: %w", what, err)
	}
	return p.processes.Await(ctx, what+" is gone", untilGone, func(ctx context.Context) error {
		switch err := get(ctx); {
		case apierrors.IsNotFound(err):
			return nil
		case err != nil:
			return err
		default:
			return errors.New("it is still there")
		}
	})
}
