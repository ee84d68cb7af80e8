package plane

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	streams "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Object is one of any kind.
type Object = unstructured.Unstructured

// Decode reads the objects of a YAML stream; documents that hold nothing are none. A
// key that stands twice is an error, as it is for kubectl.
func Decode(text []byte) ([]*Object, error) {
	reader := streams.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	var objects []*Object
	for number := 1; ; number++ {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", number, err)
		}
		json, err := yaml.YAMLToJSONStrict(document)
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", number, err)
		}
		if string(json) == "null" {
			continue
		}
		object := &Object{}
		if err := object.UnmarshalJSON(json); err != nil {
			return nil, fmt.Errorf("document %d: %w", number, err)
		}
		objects = append(objects, object)
	}
}
