package scenario

import (
	"context"

	"sigs.k8s.io/yaml"
)

func (s *Stage) apply(ctx context.Context, object map[string]any) error {
	text, err := yaml.Marshal(object)
	if err != nil {
		return err
	}
	return s.Plane.Apply(ctx, text)
}

type object = map[string]any

func (s *Stage) deployment(scaled *Scaled) object {
	labels := object{"app": scaled.Name}
	annotations := object{}
	if scaled.Loads > 0 {
		annotations["pod-ready.e2e/delay"] = scaled.Loads.String()
	}
	selector := object{"scenario": s.name}
	if scaled.Node != "" {
		selector["kubernetes.io/hostname"] = scaled.Node
	}
	return object{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": object{"name": scaled.Name, "namespace": s.name},
		"spec": object{
			"replicas": scaled.start(),
			"selector": object{"matchLabels": labels},
			"template": object{
				"metadata": object{"labels": labels, "annotations": annotations},
				"spec": object{
					"terminationGracePeriodSeconds": 1,
					"nodeSelector":                  selector,
					"containers": []object{{
						"name": "engine", "image": "none",
						"resources": object{"limits": object{"nvidia.com/gpu": "1"}},
					}},
				},
			},
		},
	}
}

func (s *Stage) scaledObject(scaled *Scaled) object {
	metadata := object{"scalerAddress": s.fleet.Address()}
	for key, value := range scaled.Metadata {
		metadata[key] = value
	}
	trigger := object{"type": "external-push", "metadata": metadata}
	if scaled.MetricType != "" {
		trigger["metricType"] = scaled.MetricType
		metadata["hpaMetricType"] = scaled.MetricType
	}
	if scaled.Auth != "" {
		trigger["authenticationRef"] = object{"name": scaled.Auth}
	}
	spec := object{
		"scaleTargetRef":  object{"name": scaled.Name},
		"minReplicaCount": scaled.Min, "maxReplicaCount": scaled.Max,
		"triggers": []object{trigger},
	}
	if scaled.Min == 0 {
		spec["pollingInterval"] = int(pollingInterval.Seconds())
		spec["cooldownPeriod"] = int(cooldownPeriod.Seconds())
	}
	for key, value := range scaled.Spec {
		spec[key] = value
	}
	return object{
		"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
		"metadata": object{"name": scaled.Name, "namespace": s.name},
		"spec":     spec,
	}
}
