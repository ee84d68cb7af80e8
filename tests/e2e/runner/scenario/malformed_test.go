package scenario

import "testing"

func TestEachMistakeIsMadeInASoundObject(t *testing.T) {
	for _, each := range mistakes {
		if _, err := each.text(); err != nil {
			t.Error(err)
		}
	}
}
