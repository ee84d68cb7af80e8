{{/* The program's flags, one YAML list item each. */}}

{{/* Of either role. */}}
{{- define "keda-gpu-scaler.flags" -}}
- --log-level={{ .Values.logLevel }}
- --stale-after={{ .Values.staleAfter }}
- --forget-after={{ .Values.forgetAfter }}
- --metrics-port={{ ternary .Values.metrics.port 0 .Values.metrics.enabled | int }}
- --probe-port={{ .Values.healthCheck.port | int }}
{{- end }}

{{/* Of the role that KEDA asks. */}}
{{- define "keda-gpu-scaler.frontFlags" -}}
- --port={{ .Values.grpc.port | int }}
- --max-connections={{ .Values.maxConnections | int }}
- --max-streams={{ .Values.maxStreams | int }}
- --health-check-interval={{ .Values.healthCheck.interval }}
{{- if .Values.tls.enabled }}
- --tls-cert=/etc/keda-gpu-scaler/tls/tls.crt
- --tls-key=/etc/keda-gpu-scaler/tls/tls.key
{{- if include "keda-gpu-scaler.hasCa" .Values.tls.clientCa }}
- --tls-client-ca=/etc/keda-gpu-scaler/client-ca/ca.crt
{{- end }}
{{- end }}
{{- with .Values.engines }}
{{- if .allowCidr }}
- {{ printf "--engine-allow-cidr=%s" (join "," .allowCidr) | quote }}
{{- end }}
{{- if .denyCidr }}
- {{ printf "--engine-deny-cidr=%s" (join "," .denyCidr) | quote }}
{{- end }}
- --engine-schemes={{ .schemes }}
{{- if .ports }}
- {{ printf "--engine-ports=%s" .ports | quote }}
{{- end }}
{{- range $i, $rule := .auth }}
- {{ printf "--engine-auth=%s=/etc/keda-gpu-scaler/engine-auth/%d/token" $rule.hosts $i | quote }}
{{- end }}
{{- if include "keda-gpu-scaler.hasCa" .ca }}
- --engine-ca=/etc/keda-gpu-scaler/engine-ca/ca.crt
{{- end }}
{{- end }}
{{- end }}

{{- define "keda-gpu-scaler.nodeFlags" -}}
{{ include "keda-gpu-scaler.flags" . }}
{{- include "keda-gpu-scaler.memoryFlag" (list .Values.maxMemoryMib .Values.resources) }}
{{- if not .Values.gateway.enabled }}
{{ include "keda-gpu-scaler.frontFlags" . }}
{{- else }}
{{- if .Values.grpc.onNodes }}
{{ include "keda-gpu-scaler.frontFlags" . }}
{{- else }}
- --port=0
{{- end }}
- --report-to=dns:{{ include "keda-gpu-scaler.part" (list . "report") }}:{{ .Values.gateway.report.port | int }}
{{- if .Values.tls.enabled }}
- --report-ca=/etc/keda-gpu-scaler/report-ca/ca.crt
{{- if .Values.tls.report.mutual }}
- --report-cert=/etc/keda-gpu-scaler/report-tls/tls.crt
- --report-key=/etc/keda-gpu-scaler/report-tls/tls.key
{{- end }}
{{- end }}
{{- end }}
- --fast-interval={{ .Values.fastInterval }}
- --poll-interval={{ .Values.pollInterval }}
{{- if not .Values.podResources.enabled }}
- --pod-resources-socket=
{{- end }}
{{- range .Values.gpuResources }}
- --gpu-resource={{ . }}
{{- end }}
- --source={{ .Values.source }}
{{- if .Values.scenario }}
- --scenario=/etc/keda-gpu-scaler/scenario/scenario.yaml
{{- end }}
- {{ printf "--nvml-library=%s" .Values.nvmlLibrary | quote }}
{{- end }}

{{- define "keda-gpu-scaler.gatewayFlags" -}}
- --role=gateway
{{ include "keda-gpu-scaler.flags" . }}
{{- include "keda-gpu-scaler.memoryFlag" (list .Values.gateway.maxMemoryMib .Values.gateway.resources) }}
{{ include "keda-gpu-scaler.frontFlags" . }}
- --report-port={{ .Values.gateway.report.port | int }}
- --max-nodes={{ .Values.gateway.maxNodes | int }}
{{- if and .Values.tls.enabled .Values.tls.report.mutual }}
- --report-client-ca=/etc/keda-gpu-scaler/report-client-ca/ca.crt
{{- end }}
{{- end }}

{{/* --max-memory-mib from its value and the container's resources: half of the limit, since a process that
is killed at its limit has no time to close connections. */}}
{{- define "keda-gpu-scaler.memoryFlag" -}}
{{- $value := index . 0 }}
{{- $limit := dig "limits" "memory" "" (index . 1) }}
{{- if kindIs "invalid" $value }}
{{- if $limit }}
- --max-memory-mib={{ div (include "keda-gpu-scaler.mebibytes" $limit | int) 2 | max 1 }}
{{- end }}
{{- else }}
- --max-memory-mib={{ $value | int }}
{{- end }}
{{- end }}

{{/* MiB of a quantity: 512Mi, 2Gi, 1G, 1.5Gi. */}}
{{- define "keda-gpu-scaler.mebibytes" -}}
{{- $bytes := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 }}
{{- $unit := regexFind "[A-Za-z]*$" . }}
{{- if not (hasKey $bytes $unit) }}
{{- fail (printf "a memory limit of %q: the unit must be one of Ki, Mi, Gi, Ti, k, M, G, T" .) }}
{{- end }}
{{- divf (mulf (trimSuffix $unit .) (get $bytes $unit)) 1048576 | floor | int }}
{{- end }}
