package world

import (
	"slices"
	"testing"
)

func TestDevicesAreHandedOutAndTakenBack(t *testing.T) {
	devices := NewDevices(2, 1)
	first, err := devices.Allocate("ns/a", 1)
	if err != nil || !slices.Equal(first, []string{"0"}) {
		t.Fatal(first, err)
	}
	if _, err := devices.Allocate("ns/b", 2); err == nil {
		t.Error("two of one that is left")
	}
	devices.Free("ns/a")
	devices.Free("ns/nobody")
	again, err := devices.Allocate("ns/c", 2)
	if err != nil || !slices.Equal(again, []string{"0", "1"}) {
		t.Error(again, err)
	}
}

func TestTimeSlicesAreSpreadOverTheGpus(t *testing.T) {
	devices := NewDevices(2, 2)
	for _, each := range []struct{ pod, device string }{
		{"ns/a", "0::0"}, {"ns/b", "1::0"}, {"ns/c", "0::1"}, {"ns/d", "1::1"},
	} {
		got, err := devices.Allocate(each.pod, 1)
		if err != nil || !slices.Equal(got, []string{each.device}) {
			t.Error(each.pod, got, err)
		}
	}
}
