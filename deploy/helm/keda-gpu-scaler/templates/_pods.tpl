{{/* What the pods of both roles have alike. */}}

{{- define "keda-gpu-scaler.podSecurity" -}}
{{- $is_root := index . 0 }}
{{- $user := ternary 0 65532 $is_root }}
{{- $default := dict "runAsNonRoot" (not $is_root) "runAsUser" $user "runAsGroup" $user "fsGroup" $user "seccompProfile" (dict "type" "RuntimeDefault") }}
{{- toYaml (mergeOverwrite $default (deepCopy (index . 1))) }}
{{- end }}

{{- define "keda-gpu-scaler.containerSecurity" -}}
{{- $default := dict "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "capabilities" (dict "drop" (list "ALL")) }}
{{- $merged := mergeOverwrite $default (deepCopy .) }}
{{- if and $merged.privileged (not $merged.allowPrivilegeEscalation) }}
{{- fail "securityContext.privileged: nodes need no privileges; remove it, or where it cannot be avoided set securityContext.allowPrivilegeEscalation: true as well, which Kubernetes wants of a privileged container" }}
{{- end }}
{{- toYaml $merged }}
{{- end }}

{{- define "keda-gpu-scaler.probes" -}}
livenessProbe:
  httpGet:
    path: /healthz
    port: probes
  {{- toYaml .Values.healthCheck.livenessProbe | nindent 2 }}
readinessProbe:
  httpGet:
    path: /readyz
    port: probes
  {{- toYaml .Values.healthCheck.readinessProbe | nindent 2 }}
{{- end }}

{{/* The start of a pod's spec: (list . priorityClassName). */}}
{{- define "keda-gpu-scaler.podStart" -}}
{{- $root := index . 0 -}}
serviceAccountName: {{ include "keda-gpu-scaler.serviceAccountName" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds | int }}
{{- if or (index . 1) $root.Values.priorityClass.create }}
priorityClassName: {{ default (include "keda-gpu-scaler.priorityClassName" $root) (index . 1) }}
{{- end }}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "keda-gpu-scaler.imageLines" -}}
image: {{ include "keda-gpu-scaler.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end }}
