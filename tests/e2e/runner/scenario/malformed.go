package scenario

import (
	"fmt"
	"strings"
)

// sound is an object of keda.sh/v1alpha1 that the API server takes, and so does lint.
type sound struct{ kind, text string }

// It has all that KEDA's definition knows of.
var soundObject = sound{"ScaledObject", `
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: llm
  labels: {team: ml}
  annotations: {autoscaling.keda.sh/paused: "false"}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: llm, envSourceContainerName: engine}
  pollingInterval: 15
  cooldownPeriod: 600
  initialCooldownPeriod: 600
  idleReplicaCount: 0
  minReplicaCount: 1
  maxReplicaCount: 4
  fallback: {failureThreshold: 3, replicas: 2, behavior: currentReplicasIfHigher}
  advanced:
    restoreToOriginalReplicaCount: true
    scalingModifiers: {formula: gpus, target: "80", activationTarget: "2", metricType: AverageValue}
    horizontalPodAutoscalerConfig:
      name: llm
      behavior:
        scaleUp: {stabilizationWindowSeconds: 0, tolerance: 50m}
        scaleDown: {selectPolicy: Min, policies: [{type: Percent, value: 50, periodSeconds: 60}]}
  triggers:
    - type: external-push
      name: gpus
      metricType: AverageValue
      useCachedMetrics: false
      authenticationRef: {kind: ClusterTriggerAuthentication, name: tls}
      metadata:
        scalerAddress: keda-gpu-scaler.keda:6000
        workload: statefulset/llm
        metricType: gpu_utilization
        targetValue: "80"
        activationEndpoint: http://router.ml:9000/metrics
        activationMetric: router_queued_requests
`}

var soundJob = sound{"ScaledJob", `
apiVersion: keda.sh/v1alpha1
kind: ScaledJob
metadata:
  name: batch
spec:
  jobTargetRef: {template: {spec: {restartPolicy: Never, containers: [{name: batch, image: batch}]}}}
  maxReplicaCount: 4
  triggers:
    - type: external
      authenticationRef: {name: tls}
      metadata:
        scalerAddress: keda-gpu-scaler.keda:6000
        workload: job/batch
        metricType: gpu_utilization
        targetValue: "80"
`}

var soundAuthentication = sound{"TriggerAuthentication", `
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata:
  name: tls
spec:
  secretTargetRef:
    - {parameter: caCert, name: tls, key: ca.crt}
`}

// mistake is one that is put into a sound object: `right` becomes `wrong`.
type mistake struct {
	what         string
	in           sound
	right, wrong string
}

// text is the object with the mistake.
func (m mistake) text() (string, error) {
	if count := strings.Count(m.in.text, m.right); count != 1 {
		return "", fmt.Errorf("%s: a sound %s has %q %d times, not once", m.what, m.in.kind, m.right, count)
	}
	return strings.Replace(m.in.text, m.right, m.wrong, 1), nil
}

// Each is refused by KEDA's definition or by its admission. What only HPA, the scaler or
// nobody would complain of, lint refuses too, and the API server does not.
var mistakes = []mistake{
	{"another apiVersion", soundObject, "keda.sh/v1alpha1", "keda.sh/v1"},
	{"no apiVersion", soundObject, "apiVersion: keda.sh/v1alpha1\n", ""},
	{"a kind in other letters", soundObject, "kind: ScaledObject", "kind: Scaledobject"},

	{"no name", soundObject, "name: llm\n  labels", "labels"},
	{"a name with a capital", soundObject, "name: llm\n  labels", "name: LLM\n  labels"},
	{"a name with an underscore", soundObject, "name: llm\n  labels", "name: my_llm\n  labels"},
	{"a name too long for a label", soundObject, "name: llm\n  labels", "name: " + strings.Repeat("l", 64) + "\n  labels"},
	{"a name that is a number", soundObject, "name: llm\n  labels", "name: 5\n  labels"},
	{"a label of a number", soundObject, "team: ml", "team: 5"},
	{"an annotation of a boolean", soundObject, `paused: "false"`, "paused: false"},
	{"a misspelled field of metadata", soundObject, "annotations:", "annotation:"},

	{"a misspelled field", soundObject, "minReplicaCount", "minReplicas"},
	{"a key twice", soundObject, "minReplicaCount: 1", "minReplicaCount: 1\n  minReplicaCount: 1"},
	{"a number as a word", soundObject, "minReplicaCount: 1", "minReplicaCount: one"},
	{"a number in quotes", soundObject, "minReplicaCount: 1", `minReplicaCount: "1"`},
	{"a fraction of a replica", soundObject, "minReplicaCount: 1", "minReplicaCount: 1.5"},
	{"a number below zero", soundObject, "initialCooldownPeriod: 600", "initialCooldownPeriod: -1"},
	{"a number of more than 32 bits", soundObject, "maxReplicaCount: 4", "maxReplicaCount: 3000000000"},
	{"a maximum of zero", soundObject, "maxReplicaCount: 4", "maxReplicaCount: 0"},
	{"more min than max", soundObject, "minReplicaCount: 1", "minReplicaCount: 5"},
	{"an idle count that is not below min", soundObject, "idleReplicaCount: 0", "idleReplicaCount: 1"},
	{"an idle count without min", soundObject, "  minReplicaCount: 1\n", ""},
	{"a pollingInterval of zero", soundObject, "pollingInterval: 15", "pollingInterval: 0"},

	{"no target", soundObject, "  scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: llm, envSourceContainerName: engine}\n", ""},
	{"a target without a name", soundObject, "StatefulSet, name: llm,", "StatefulSet,"},
	{"a target that is a string", soundObject, "{apiVersion: apps/v1, kind: StatefulSet, name: llm, envSourceContainerName: engine}", "llm"},
	{"a target's kind that is a number", soundObject, "kind: StatefulSet", "kind: 5"},
	{"a misspelled field of the target", soundObject, "{apiVersion: apps/v1", "{apiversion: apps/v1"},
	{"an environment's container that is a number", soundObject, "envSourceContainerName: engine", "envSourceContainerName: 5"},

	{"a trigger without a type", soundObject, "type: external-push\n      name", "name"},
	{"a trigger without metadata", soundObject, soundObject.text[strings.Index(soundObject.text, "\n      metadata:"):], "\n"},
	{"a misspelled field of a trigger", soundObject, "useCachedMetrics", "usedCachedMetrics"},
	{"metadata of a number", soundObject, `targetValue: "80"`, "targetValue: 80"},
	{"metadata of a boolean", soundObject, `targetValue: "80"`, "targetValue: \"80\"\n        enableTLS: true"},
	{"metadata of a list", soundObject, `targetValue: "80"`, `targetValue: ["80"]`},
	{"two triggers of one name", soundObject, "triggers:\n", "triggers:\n    - {type: cron, name: gpus, metadata: {timezone: UTC}}\n"},
	{"useCachedMetrics in quotes", soundObject, "useCachedMetrics: false", `useCachedMetrics: "false"`},
	{"a trigger's name that is a number", soundObject, "name: gpus\n", "name: 5\n"},

	{"an authenticationRef without a name", soundObject, "Authentication, name: tls", "Authentication"},
	{"an authenticationRef that is a string", soundObject, "{kind: ClusterTriggerAuthentication, name: tls}", "tls"},
	{"an authenticationRef of an unknown kind", soundObject, "kind: ClusterTriggerAuthentication", "kind: Secret"},
	{"a misspelled field of an authenticationRef", soundObject, "Authentication, name: tls", "Authentication, name: tls, namespace: ml"},

	{"a fallback without replicas", soundObject, "replicas: 2, behavior", "behavior"},
	{"a fallback below zero", soundObject, "replicas: 2, behavior", "replicas: -1, behavior"},
	{"a fallback of an unknown behavior", soundObject, "currentReplicasIfHigher", "ifHigher"},
	{"a fallback that is a number", soundObject, "{failureThreshold: 3, replicas: 2, behavior: currentReplicasIfHigher}", "2"},
	{"a fallback by a formula that there is not", soundObject, "behavior: currentReplicasIfHigher}\n  advanced:\n    restoreToOriginalReplicaCount: true\n    scalingModifiers: {formula: gpus, target: \"80\", activationTarget: \"2\", metricType: AverageValue}\n", "behavior: scalingModifiers}\n  advanced:\n"},

	{"a misspelled field of advanced", soundObject, "horizontalPodAutoscalerConfig", "horizontalPodAutoScalerConfig"},
	{"restoreToOriginalReplicaCount as a word", soundObject, "restoreToOriginalReplicaCount: true", "restoreToOriginalReplicaCount: always"},
	{"an HPA's name that is a number", soundObject, "name: llm\n      behavior", "name: 5\n      behavior"},
	{"an HPA's name too long for a label", soundObject, "name: llm\n      behavior", "name: " + strings.Repeat("l", 64) + "\n      behavior"},
	{"a behavior in a direction that there is not", soundObject, "scaleUp:", "scaleOut:"},
	{"a window as a word", soundObject, "stabilizationWindowSeconds: 0", "stabilizationWindowSeconds: none"},
	{"a policy without a period", soundObject, "value: 50, periodSeconds: 60", "value: 50"},
	{"a tolerance that is no quantity", soundObject, "tolerance: 50m", "tolerance: little"},

	{"a formula without a target", soundObject, `formula: gpus, target: "80"`, "formula: gpus"},
	{"a target without a formula", soundObject, `formula: gpus, target`, "target"},
	{"a formula's target that is a number", soundObject, `target: "80"`, "target: 80"},
	{"a formula's target as a word", soundObject, `target: "80"`, "target: much"},
	{"a formula of an unknown metricType", soundObject, `"2", metricType: AverageValue`, `"2", metricType: Utilization`},
	{"a misspelled field of scalingModifiers", soundObject, "activationTarget", "activationtarget"},

	{"a ScaledJob of another apiVersion", soundJob, "keda.sh/v1alpha1", "keda.sh/v1"},
	{"a ScaledJob without triggers", soundJob, soundJob.text[strings.Index(soundJob.text, "  triggers:"):], "  triggers: []\n"},
	{"a ScaledJob with a misspelled field of a trigger", soundJob, "      metadata:", "      useCachedmetrics: false\n      metadata:"},
	{"a ScaledJob with metadata of a number", soundJob, `targetValue: "80"`, "targetValue: 80"},
	{"a ScaledJob with an authenticationRef without a name", soundJob, "{name: tls}", "{}"},

	{"a TriggerAuthentication of another apiVersion", soundAuthentication, "keda.sh/v1alpha1", "keda.sh/v1"},
	{"a TriggerAuthentication with a misspelled field", soundAuthentication, "secretTargetRef", "secretTargetRefs"},
	{"a TriggerAuthentication without the key of a secret", soundAuthentication, ", key: ca.crt", ""},
	{"a TriggerAuthentication whose parameter is a number", soundAuthentication, "parameter: caCert", "parameter: 5"},
}
