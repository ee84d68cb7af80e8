package scenario

// sound is an object of keda.sh/v1alpha1 that the API server takes, and so does lint.
type sound struct{ kind, text string }

// Each has all that KEDA's definition knows of, and begins and names its triggers like the
// others, so that a mistake can be put into any of them.
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
    - {type: cron, name: hours, useCachedMetrics: false, metadata: {timezone: UTC, start: 0 8 * * *, end: 0 20 * * *, desiredReplicas: "2"}}
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
  name: llm
  labels: {team: ml}
  annotations: {autoscaling.keda.sh/paused: "false"}
spec:
  jobTargetRef: {parallelism: 1, template: {spec: {restartPolicy: Never, containers: [{name: batch, image: batch}]}}}
  pollingInterval: 15
  successfulJobsHistoryLimit: 5
  failedJobsHistoryLimit: 5
  rolloutStrategy: gradual
  rollout: {strategy: immediate, propagationPolicy: foreground}
  envSourceContainerName: batch
  minReplicaCount: 1
  maxReplicaCount: 4
  scalingStrategy:
    strategy: custom
    customScalingQueueLengthDeduction: 1
    customScalingRunningJobPercentage: "0.5"
    pendingPodConditions: [Ready]
    multipleScalersCalculation: max
  triggers:
    - {type: cron, name: hours, useCachedMetrics: false, metadata: {timezone: UTC, start: 0 8 * * *, end: 0 20 * * *, desiredReplicas: "2"}}
    - type: external
      name: gpus
      useCachedMetrics: false
      authenticationRef: {kind: ClusterTriggerAuthentication, name: tls}
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
  name: llm
  labels: {team: ml}
  annotations: {autoscaling.keda.sh/paused: "false"}
spec:
  secretTargetRef:
    - {parameter: caCert, name: tls, key: ca.crt}
`}
