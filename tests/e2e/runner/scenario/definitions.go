package scenario

import (
	"context"
	"fmt"
	"strings"
)

// scalable is a kind of custom resource that has the scale subresource, which HPA reads
// and writes. Their own definitions, where they can be had at all, have a thousand lines
// that say nothing about scaling.
type scalable struct {
	group, version, kind string
}

var (
	leaderWorkerSet = scalable{"leaderworkerset.x-k8s.io", "v1", "LeaderWorkerSet"}
	dynamoAdapter   = scalable{"nvidia.com", "v1beta1", "DynamoGraphDeploymentScalingAdapter"}
	exampleTargets  = []scalable{leaderWorkerSet, dynamoAdapter}
)

const scalableDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %[4]s.%[1]s}
spec:
  group: %[1]s
  scope: Namespaced
  names: {kind: %[3]s, plural: %[4]s, singular: %[5]s}
  versions:
    - name: %[2]s
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties: {replicas: {type: integer}, size: {type: integer}}
            status:
              type: object
              properties:
                replicas: {type: integer}
                readyReplicas: {type: integer}
                hpaPodSelector: {type: string}
      subresources:
        status: {}
        scale:
          specReplicasPath: .spec.replicas
          statusReplicasPath: .status.replicas
          labelSelectorPath: .status.hpaPodSelector
`

// define makes the API server know the kind.
func (s *Stage) define(ctx context.Context, kind scalable) error {
	singular := strings.ToLower(kind.kind)
	return s.Plane.Apply(ctx, fmt.Appendf(nil, scalableDefinition, kind.group, kind.version, kind.kind,
		singular+"s", singular))
}
