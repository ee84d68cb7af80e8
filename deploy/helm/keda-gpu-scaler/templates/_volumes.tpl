{{/* Volumes and mounts of certificates and tokens, as YAML list items: whole folders, for a file that is
mounted by itself never changes. */}}

{{/* "true" where a reference to authorities names something. */}}
{{- define "keda-gpu-scaler.hasCa" -}}
{{- if or .secretName .configMapName }}true{{ end }}
{{- end }}

{{/* The file ca.crt of a reference, else of a Secret: (list "volume" reference "Secret"). Only that file: the
Secret may hold a key too. */}}
{{- define "keda-gpu-scaler.caVolume" -}}
{{- $reference := index . 1 -}}
- name: {{ index . 0 }}
{{- if $reference.configMapName }}
  configMap:
    name: {{ $reference.configMapName }}
{{- else }}
  secret:
    secretName: {{ default (index . 2) $reference.secretName }}
    defaultMode: 0440
{{- end }}
    items:
      - key: {{ $reference.key }}
        path: ca.crt
{{- end }}

{{/* Certificate and key of a Secret: (list "volume" "Secret"). */}}
{{- define "keda-gpu-scaler.pairVolume" -}}
- name: {{ index . 0 }}
  secret:
    secretName: {{ index . 1 }}
    defaultMode: 0440
    items:
      - key: tls.crt
        path: tls.crt
      - key: tls.key
        path: tls.key
{{- end }}

{{- define "keda-gpu-scaler.mount" -}}
- name: {{ . }}
  mountPath: /etc/keda-gpu-scaler/{{ . }}
  readOnly: true
{{- end }}

{{- define "keda-gpu-scaler.serverSecret" -}}
{{- if .Values.tls.certManager.enabled }}
{{- include "keda-gpu-scaler.part" (list . "tls") }}
{{- else }}
{{- .Values.tls.secretName }}
{{- end }}
{{- end }}

{{- define "keda-gpu-scaler.nodeSecret" -}}
{{- if .Values.tls.certManager.enabled }}
{{- include "keda-gpu-scaler.part" (list . "node-tls") }}
{{- else }}
{{- .Values.tls.report.nodeSecretName }}
{{- end }}
{{- end }}

{{/* Of the role that KEDA asks. */}}
{{- define "keda-gpu-scaler.frontVolumes" -}}
{{- if .Values.tls.enabled }}
{{ include "keda-gpu-scaler.pairVolume" (list "tls" (include "keda-gpu-scaler.serverSecret" .)) }}
{{- if include "keda-gpu-scaler.hasCa" .Values.tls.clientCa }}
{{ include "keda-gpu-scaler.caVolume" (list "client-ca" .Values.tls.clientCa "") }}
{{- end }}
{{- end }}
{{- range $i, $rule := .Values.engines.auth }}
- name: engine-auth-{{ $i }}
  secret:
    secretName: {{ $rule.secretName }}
    defaultMode: 0440
    items:
      - key: {{ default "token" $rule.key }}
        path: token
{{- end }}
{{- if include "keda-gpu-scaler.hasCa" .Values.engines.ca }}
{{ include "keda-gpu-scaler.caVolume" (list "engine-ca" .Values.engines.ca "") }}
{{- end }}
{{- end }}

{{- define "keda-gpu-scaler.frontMounts" -}}
{{- if .Values.tls.enabled }}
{{ include "keda-gpu-scaler.mount" "tls" }}
{{- if include "keda-gpu-scaler.hasCa" .Values.tls.clientCa }}
{{ include "keda-gpu-scaler.mount" "client-ca" }}
{{- end }}
{{- end }}
{{- range $i, $rule := .Values.engines.auth }}
- name: engine-auth-{{ $i }}
  mountPath: /etc/keda-gpu-scaler/engine-auth/{{ $i }}
  readOnly: true
{{- end }}
{{- if include "keda-gpu-scaler.hasCa" .Values.engines.ca }}
{{ include "keda-gpu-scaler.mount" "engine-ca" }}
{{- end }}
{{- end }}

{{- define "keda-gpu-scaler.gatewayVolumes" -}}
{{ include "keda-gpu-scaler.frontVolumes" . }}
{{- if and .Values.tls.enabled .Values.tls.report.mutual }}
{{ include "keda-gpu-scaler.caVolume" (list "report-client-ca" .Values.tls.report.clientCa (include "keda-gpu-scaler.nodeSecret" .)) }}
{{- end }}
{{- with .Values.gateway.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "keda-gpu-scaler.gatewayMounts" -}}
{{ include "keda-gpu-scaler.frontMounts" . }}
{{- if and .Values.tls.enabled .Values.tls.report.mutual }}
{{ include "keda-gpu-scaler.mount" "report-client-ca" }}
{{- end }}
{{- with .Values.gateway.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* "true" where the nodes serve KEDA's contract. */}}
{{- define "keda-gpu-scaler.nodesServe" -}}
{{- if or (not .Values.gateway.enabled) .Values.grpc.onNodes }}true{{ end }}
{{- end }}

{{- define "keda-gpu-scaler.nodeVolumes" -}}
{{- if include "keda-gpu-scaler.nodesServe" . }}
{{- include "keda-gpu-scaler.frontVolumes" . }}
{{- end }}
{{- if and .Values.gateway.enabled .Values.tls.enabled }}
{{ include "keda-gpu-scaler.caVolume" (list "report-ca" .Values.tls.report.ca (include "keda-gpu-scaler.serverSecret" .)) }}
{{- if .Values.tls.report.mutual }}
{{ include "keda-gpu-scaler.pairVolume" (list "report-tls" (include "keda-gpu-scaler.nodeSecret" .)) }}
{{- end }}
{{- end }}
{{- if .Values.podResources.enabled }}
- name: pod-resources
  hostPath:
    path: {{ .Values.podResources.path }}
    type: Directory
{{- end }}
{{- if .Values.scenario }}
- name: scenario
  configMap:
    name: {{ include "keda-gpu-scaler.part" (list . "scenario") }}
{{- end }}
{{- include "keda-gpu-scaler.gpuVolumes" . }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "keda-gpu-scaler.nodeMounts" -}}
{{- if include "keda-gpu-scaler.nodesServe" . }}
{{- include "keda-gpu-scaler.frontMounts" . }}
{{- end }}
{{- if and .Values.gateway.enabled .Values.tls.enabled }}
{{ include "keda-gpu-scaler.mount" "report-ca" }}
{{- if .Values.tls.report.mutual }}
{{ include "keda-gpu-scaler.mount" "report-tls" }}
{{- end }}
{{- end }}
{{- if .Values.podResources.enabled }}
- name: pod-resources
  mountPath: /var/lib/kubelet/pod-resources
  readOnly: true
{{- end }}
{{- if .Values.scenario }}
{{ include "keda-gpu-scaler.mount" "scenario" }}
{{- end }}
{{- include "keda-gpu-scaler.gpuMounts" . }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}
