package world

import (
	"fmt"
	"slices"
	"strings"
)

// Devices is what a kubelet's device manager knows of one node: which pod holds which
// device. A device is a GPU's index, or INDEX::REPLICA of a time-sliced one.
type Devices struct {
	free []string
	held map[string][]string // by NAMESPACE/POD
}

// NewDevices: `replicas` > 1 makes each GPU so many devices.
func NewDevices(gpus, replicas int) *Devices {
	d := &Devices{held: map[string][]string{}}
	for gpu := range gpus {
		if replicas == 1 {
			d.free = append(d.free, fmt.Sprint(gpu))
			continue
		}
		for replica := range replicas {
			d.free = append(d.free, fmt.Sprintf("%d::%d", gpu, replica))
		}
	}
	return d
}

// Allocate hands `count` devices to a pod that holds none: each of the GPU of which the
// fewest are held, as NVIDIA's device plugin prefers, and of such the first.
func (d *Devices) Allocate(pod string, count int) ([]string, error) {
	if count > len(d.free) {
		return nil, fmt.Errorf("%s wants %d devices, %d are free", pod, count, len(d.free))
	}
	for range count {
		held := map[string]int{} // by GPU
		for _, devices := range d.held {
			for _, device := range devices {
				held[gpuOf(device)]++
			}
		}
		least := 0
		for i, device := range d.free {
			if held[gpuOf(device)] < held[gpuOf(d.free[least])] {
				least = i
			}
		}
		d.held[pod] = append(d.held[pod], d.free[least])
		d.free = slices.Delete(d.free, least, least+1)
	}
	return d.held[pod], nil
}

// Free takes a pod's devices back, if it has any.
func (d *Devices) Free(pod string) {
	d.free = append(d.free, d.held[pod]...)
	slices.SortFunc(d.free, byNumber)
	delete(d.held, pod)
}

func gpuOf(device string) string {
	gpu, _, _ := strings.Cut(device, "::")
	return gpu
}

// Lowest GPU first, so that devices are used again in the order they were made.
func byNumber(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
