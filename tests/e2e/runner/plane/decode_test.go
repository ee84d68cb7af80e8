package plane_test

import (
	"strings"
	"testing"

	"keda-gpu-scaler/e2e/plane"
)

func TestDocumentsThatHoldNothingAreNoObjects(t *testing.T) {
	objects, err := plane.Decode([]byte("# nothing\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\n\n---\n" +
		"apiVersion: v1\nkind: Service\nmetadata: {name: b}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(objects) != 2 || objects[0].GetName() != "a" || objects[1].GetKind() != "Service" {
		t.Error(objects)
	}
}

func TestErrorNamesTheDocument(t *testing.T) {
	for _, text := range []string{
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\na: {\n",
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\na: 1\n",
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Namespace\nkind: Namespace\n",
	} {
		if _, err := plane.Decode([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "document 2: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
