package world

import (
	"slices"
	"testing"
)

func TestDevicesAreHandedOutAndTakenBack(t *testing.T) {
	devices := NewDevices(2, 2)
	first, err := devices.Allocate("ns/a", 3)
	if err != nil || !slices.Equal(first, []string{"0::0", "0::1", "1::0"}) {
		t.Fatal(first, err)
	}
	if _, err := devices.Allocate("ns/b", 2); err == nil {
		t.Error("two of one that is left")
	}
	devices.Free("ns/a")
	devices.Free("ns/nobody")
	again, err := devices.Allocate("ns/c", 1)
	if err != nil || !slices.Equal(again, []string{"0::0"}) {
		t.Error(again, err)
	}
}
