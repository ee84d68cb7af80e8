package scenario

import (
	"fmt"
	"strings"
)

// mistake is one that is put into each of some sound objects: `right` becomes `wrong`.
type mistake struct {
	what         string
	in           []sound
	right, wrong string
}

// What a mistake can be one of.
var (
	every            = []sound{soundObject, soundJob, soundAuthentication}
	withTriggers     = []sound{soundObject, soundJob}
	ofObject         = []sound{soundObject}
	ofJob            = []sound{soundJob}
	ofAuthentication = []sound{soundAuthentication}
)

// put gives the text of the sound object with the mistake in it.
func (m mistake) put(in sound) (string, error) {
	if count := strings.Count(in.text, m.right); count != 1 {
		return "", fmt.Errorf("%s: a sound %s has %q %d times, not once", m.what, in.kind, m.right, count)
	}
	return strings.Replace(in.text, m.right, m.wrong, 1), nil
}

// Each is refused by KEDA's definition or by its admission. What only HPA, the scaler or
// nobody would complain of, lint refuses too, and the API server does not.
var mistakes = []mistake{
	{"another apiVersion", every, "keda.sh/v1alpha1", "keda.sh/v1"},
	{"no apiVersion", every, "apiVersion: keda.sh/v1alpha1\n", ""},
	{"a kind in other letters", withTriggers, "kind: Scaled", "kind: scaled"},
	{"a metricType, which HPA reads", ofJob, "name: gpus", "name: gpus\n      metricType: AverageValue"},
	{"a kind in other letters", ofAuthentication, "kind: Trigger", "kind: trigger"},

	{"no name", every, "metadata:\n  name: llm\n", "metadata:\n"},
	{"a name with a capital", every, "metadata:\n  name: llm\n", "metadata:\n  name: LLM\n"},
	{"a name with an underscore", every, "metadata:\n  name: llm\n", "metadata:\n  name: my_llm\n"},
	{"a name that is too long", every, "metadata:\n  name: llm\n", "metadata:\n  name: " + strings.Repeat("l", 254) + "\n"},
	{"a name too long for a label", ofObject, "metadata:\n  name: llm\n", "metadata:\n  name: " + strings.Repeat("l", 64) + "\n"},
	{"a name that is a number", every, "metadata:\n  name: llm\n", "metadata:\n  name: 5\n"},
	{"a label of a number", every, "team: ml", "team: 5"},
	{"an annotation of a boolean", every, `paused: "false"`, "paused: false"},
	{"a misspelled field of metadata", every, "annotations:", "annotation:"},
	{"a field of metadata that there is not", every, "annotations:", "remarks:"},
	{"a field of the object that there is not", every, "\nspec:", "\nremarks: {}\nspec:"},

	{"a misspelled field", withTriggers, "minReplicaCount", "minReplicas"},
	{"a key twice", withTriggers, "minReplicaCount: 1", "minReplicaCount: 1\n  minReplicaCount: 1"},
	{"a number as a word", withTriggers, "minReplicaCount: 1", "minReplicaCount: one"},
	{"a number in quotes", withTriggers, "minReplicaCount: 1", `minReplicaCount: "1"`},
	{"a fraction of a replica", withTriggers, "minReplicaCount: 1", "minReplicaCount: 1.5"},
	{"a number below zero", ofObject, "initialCooldownPeriod: 600", "initialCooldownPeriod: -1"},
	{"a number of more than 32 bits", withTriggers, "maxReplicaCount: 4", "maxReplicaCount: 3000000000"},
	{"a maximum of zero", withTriggers, "maxReplicaCount: 4", "maxReplicaCount: 0"},
	{"more min than max", ofObject, "minReplicaCount: 1", "minReplicaCount: 5"},
	{"an idle count that is not below min", ofObject, "idleReplicaCount: 0", "idleReplicaCount: 1"},
	{"an idle count without min", ofObject, "  minReplicaCount: 1\n", ""},
	{"a pollingInterval of zero", withTriggers, "pollingInterval: 15", "pollingInterval: 0"},

	{"no target", ofObject, "  scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: llm, envSourceContainerName: engine}\n", ""},
	{"a target without a name", ofObject, "StatefulSet, name: llm,", "StatefulSet,"},
	{"a target that is a string", ofObject, "{apiVersion: apps/v1, kind: StatefulSet, name: llm, envSourceContainerName: engine}", "llm"},
	{"a target's kind that is a number", ofObject, "kind: StatefulSet", "kind: 5"},
	{"a misspelled field of the target", ofObject, "{apiVersion: apps/v1", "{apiversion: apps/v1"},
	{"a target's version with two slashes", ofObject, "apiVersion: apps/v1,", "apiVersion: apps/v1/beta,"},
	{"an environment's container that is a number", ofObject, "envSourceContainerName: engine", "envSourceContainerName: 5"},

	{"no triggers", ofObject, soundObject.text[strings.Index(soundObject.text, "  triggers:"):], "  triggers: []\n"},
	{"no triggers", ofJob, soundJob.text[strings.Index(soundJob.text, "  triggers:"):], "  triggers: []\n"},
	{"a trigger without a type", ofObject, "type: external-push\n      name", "name"},
	{"a trigger without metadata", ofObject, soundObject.text[strings.Index(soundObject.text, "\n      metadata:"):], "\n"},
	{"a trigger without metadata", ofJob, soundJob.text[strings.Index(soundJob.text, "\n      metadata:"):], "\n"},
	{"a misspelled field of a trigger", withTriggers, "useCachedMetrics: false\n", "usedCachedMetrics: false\n"},
	{"metadata of a number", withTriggers, `targetValue: "80"`, "targetValue: 80"},
	{"metadata of a boolean", withTriggers, `targetValue: "80"`, "targetValue: \"80\"\n        enableTLS: true"},
	{"metadata of a list", withTriggers, `targetValue: "80"`, `targetValue: ["80"]`},
	{"two triggers of one name", withTriggers, "name: hours", "name: gpus"},
	{"useCachedMetrics in quotes", withTriggers, "useCachedMetrics: false\n", "useCachedMetrics: \"false\"\n"},
	{"a trigger's name that is a number", withTriggers, "name: gpus\n", "name: 5\n"},

	{"another scaler's trigger without a type", withTriggers, "type: cron, ", ""},
	{"another scaler's trigger without metadata", withTriggers, `, metadata: {timezone: UTC, start: 0 8 * * *, end: 0 20 * * *, desiredReplicas: "2"}`, ""},
	{"another scaler's trigger with metadata of a number", withTriggers, `desiredReplicas: "2"`, "desiredReplicas: 2"},
	{"another scaler's trigger with metadata of a list", withTriggers, `desiredReplicas: "2"`, `desiredReplicas: ["2"]`},
	{"another scaler's trigger with a misspelled field", withTriggers, "useCachedMetrics: false,", "useCachedMetric: false,"},
	{"another scaler's trigger with an authenticationRef without a name", withTriggers, "name: hours, ", "name: hours, authenticationRef: {}, "},
	{"a cron trigger that is cached", withTriggers, "useCachedMetrics: false,", "useCachedMetrics: true,"},
	{"a cpu trigger that is cached", withTriggers, "cron, name: hours, useCachedMetrics: false,", "cpu, name: hours, useCachedMetrics: true,"},

	{"an authenticationRef without a name", withTriggers, "Authentication, name: tls", "Authentication"},
	{"an authenticationRef that is a string", withTriggers, "{kind: ClusterTriggerAuthentication, name: tls}", "tls"},
	{"an authenticationRef of an unknown kind", withTriggers, "kind: ClusterTriggerAuthentication", "kind: Secret"},
	{"a misspelled field of an authenticationRef", withTriggers, "Authentication, name: tls", "Authentication, name: tls, namespace: ml"},

	{"a fallback without replicas", ofObject, "replicas: 2, behavior", "behavior"},
	{"a fallback below zero", ofObject, "replicas: 2, behavior", "replicas: -1, behavior"},
	{"a fallback of an unknown behavior", ofObject, "currentReplicasIfHigher", "ifHigher"},
	{"a fallback that is a number", ofObject, "{failureThreshold: 3, replicas: 2, behavior: currentReplicasIfHigher}", "2"},
	{"a fallback by a formula that there is not", ofObject, "behavior: currentReplicasIfHigher}\n  advanced:\n    restoreToOriginalReplicaCount: true\n    scalingModifiers: {formula: gpus, target: \"80\", activationTarget: \"2\", metricType: AverageValue}\n", "behavior: scalingModifiers}\n  advanced:\n"},

	{"a misspelled field of advanced", ofObject, "horizontalPodAutoscalerConfig", "horizontalPodAutoScalerConfig"},
	{"restoreToOriginalReplicaCount as a word", ofObject, "restoreToOriginalReplicaCount: true", "restoreToOriginalReplicaCount: always"},
	{"an HPA's name that is a number", ofObject, "name: llm\n      behavior", "name: 5\n      behavior"},
	{"an HPA's name too long for a label", ofObject, "name: llm\n      behavior", "name: " + strings.Repeat("l", 64) + "\n      behavior"},
	{"a behavior in a direction that there is not", ofObject, "scaleUp:", "scaleOut:"},
	{"a window as a word", ofObject, "stabilizationWindowSeconds: 0", "stabilizationWindowSeconds: none"},
	{"a policy without a period", ofObject, "value: 50, periodSeconds: 60", "value: 50"},
	{"a tolerance that is no quantity", ofObject, "tolerance: 50m", "tolerance: little"},
	{"a tolerance that is a fraction without quotes", ofObject, "tolerance: 50m", "tolerance: 0.05"},
	{"a tolerance in percent", ofObject, "tolerance: 50m", "tolerance: 5%"},
	{"a tolerance with an exponent and a suffix", ofObject, "tolerance: 50m", "tolerance: 1e2m"},
	{"a tolerance with a fraction of an exponent", ofObject, "tolerance: 50m", "tolerance: 1e1.5"},
	{"a tolerance after a blank", ofObject, "tolerance: 50m", `tolerance: " 0.05"`},

	{"a formula without a target", ofObject, `formula: gpus, target: "80"`, "formula: gpus"},
	{"a target without a formula", ofObject, `formula: gpus, target`, "target"},
	{"a formula's target that is a number", ofObject, `target: "80"`, "target: 80"},
	{"a formula's target as a word", ofObject, `target: "80"`, "target: much"},
	{"a formula's target after a blank", ofObject, `target: "80"`, `target: " 80"`},
	{"a formula's target beyond all numbers", ofObject, `target: "80"`, `target: "1e400"`},
	{"a formula's target of zero", ofObject, `target: "80"`, `target: "0"`},
	{"a formula's activationTarget that is a number", ofObject, `activationTarget: "2"`, "activationTarget: 2"},
	{"a formula of an unknown metricType", ofObject, `"2", metricType: AverageValue`, `"2", metricType: Utilization`},
	{"a misspelled field of scalingModifiers", ofObject, "activationTarget", "activationtarget"},

	{"no jobTargetRef", ofJob, "  jobTargetRef: {parallelism: 1, template: {spec: {restartPolicy: Never, containers: [{name: batch, image: batch}]}}}\n", ""},
	{"a jobTargetRef without a template", ofJob, "template: {spec: {restartPolicy: Never, containers: [{name: batch, image: batch}]}}", "suspend: false"},
	{"a jobTargetRef that is a string", ofJob, "{parallelism: 1, template: {spec: {restartPolicy: Never, containers: [{name: batch, image: batch}]}}}", "batch"},
	{"a misspelled field of jobTargetRef", ofJob, "parallelism", "paralellism"},
	{"a field of another kind", ofJob, "  minReplicaCount: 1\n", "  cooldownPeriod: 1\n"},
	{"a limit of Jobs below zero", ofJob, "failedJobsHistoryLimit: 5", "failedJobsHistoryLimit: -1"},
	{"an unknown rolloutStrategy", ofJob, "rolloutStrategy: gradual", "rolloutStrategy: slow"},
	{"an unknown propagationPolicy", ofJob, "propagationPolicy: foreground", "propagationPolicy: orphan"},
	{"a misspelled field of rollout", ofJob, "propagationPolicy", "propagationpolicy"},
	{"a percentage that is a number", ofJob, `customScalingRunningJobPercentage: "0.5"`, "customScalingRunningJobPercentage: 0.5"},
	{"a deduction in quotes", ofJob, "customScalingQueueLengthDeduction: 1", `customScalingQueueLengthDeduction: "1"`},
	{"a pod's condition that is a number", ofJob, "[Ready]", "[5]"},
	{"an unknown strategy", ofJob, "strategy: custom\n", "strategy: quick\n"},
	{"an unknown multipleScalersCalculation", ofJob, "multipleScalersCalculation: max", "multipleScalersCalculation: mean"},

	{"a misspelled source", ofAuthentication, "secretTargetRef", "secretTargetRefs"},
	{"a secret without its key", ofAuthentication, ", key: ca.crt", ""},
	{"a parameter that is a number", ofAuthentication, "parameter: caCert", "parameter: 5"},
	{"no spec", ofAuthentication, soundAuthentication.text[strings.Index(soundAuthentication.text, "spec:"):], ""},
}
