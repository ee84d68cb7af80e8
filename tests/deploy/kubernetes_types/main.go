// Reads manifests (YAML, many documents) from standard input and decodes each into its Kubernetes type as the API
// server's strict validation does: an unknown or misspelt field, a field given twice or a value of the wrong kind
// is an error. Prints "N objects", or one line for each error.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	certificates "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	scheduling "k8s.io/api/scheduling/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	documents "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

var kinds = map[string]func() any{
	"apps/v1 DaemonSet":                       func() any { return &apps.DaemonSet{} },
	"apps/v1 Deployment":                      func() any { return &apps.Deployment{} },
	"cert-manager.io/v1 Certificate":          func() any { return &certificates.Certificate{} },
	"monitoring.coreos.com/v1 PodMonitor":     func() any { return &monitoring.PodMonitor{} },
	"monitoring.coreos.com/v1 PrometheusRule": func() any { return &monitoring.PrometheusRule{} },
	"monitoring.coreos.com/v1 ServiceMonitor": func() any { return &monitoring.ServiceMonitor{} },
	"networking.k8s.io/v1 NetworkPolicy":      func() any { return &networking.NetworkPolicy{} },
	"policy/v1 PodDisruptionBudget":           func() any { return &policy.PodDisruptionBudget{} },
	"scheduling.k8s.io/v1 PriorityClass":      func() any { return &scheduling.PriorityClass{} },
	"v1 ConfigMap":                            func() any { return &core.ConfigMap{} },
	"v1 Pod":                                  func() any { return &core.Pod{} },
	"v1 Service":                              func() any { return &core.Service{} },
	"v1 ServiceAccount":                       func() any { return &core.ServiceAccount{} },
}

// check returns whether the document is an object, and what is wrong with it.
func check(document []byte) (bool, []error) {
	text, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return true, []error{err}
	}
	if bytes.Equal(text, []byte("null")) {
		return false, nil
	}
	var head meta.PartialObjectMetadata
	if err := json.UnmarshalCaseSensitivePreserveInts(text, &head); err != nil {
		return true, []error{err}
	}
	name := head.APIVersion + " " + head.Kind
	make, known := kinds[name]
	if !known {
		return true, []error{fmt.Errorf("%s %s: a kind that the chart should not make", name, head.Name)}
	}
	unknown, err := json.UnmarshalStrict(text, make())
	all := append(unknown, err)
	var found []error
	for _, one := range all {
		if one != nil {
			found = append(found, fmt.Errorf("%s %s: %w", name, head.Name, one))
		}
	}
	return true, found
}

func main() {
	reader := documents.NewYAMLReader(bufio.NewReader(os.Stdin))
	objects, failed := 0, false
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		isObject, found := check(document)
		if isObject {
			objects++
		}
		for _, one := range found {
			failed = true
			fmt.Fprintln(os.Stderr, one)
		}
	}
	if failed {
		os.Exit(1)
	}
	fmt.Println(objects, "objects")
}
