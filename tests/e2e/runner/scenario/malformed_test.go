package scenario

import "testing"

func TestEachMistakeIsMadeInASoundObject(t *testing.T) {
	for _, each := range mistakes {
		for _, in := range each.in {
			if _, err := each.put(in); err != nil {
				t.Error(err)
			}
		}
	}
}
