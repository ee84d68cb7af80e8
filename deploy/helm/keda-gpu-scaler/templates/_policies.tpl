{{/* Rules that both roles' policies have alike. */}}

{{/* "true" where there is the pod of `helm test`: where KEDA must show a certificate, it must have one. */}}
{{- define "keda-gpu-scaler.isTested" -}}
{{- $mutual := and .Values.tls.enabled (include "keda-gpu-scaler.hasCa" .Values.tls.clientCa) }}
{{- if and .Values.tests.enabled (or (not $mutual) .Values.tests.clientSecretName) }}true{{ end }}
{{- end }}

{{/* Into the port that KEDA asks; `helm test` asks it too. */}}
{{- define "keda-gpu-scaler.fromKeda" -}}
- from:
    {{- with .Values.networkPolicy.keda }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- if include "keda-gpu-scaler.isTested" . }}
    - podSelector:
        matchLabels:
          {{- include "keda-gpu-scaler.selector" (list . "test") | nindent 10 }}
    {{- end }}
  ports:
    - port: grpc
{{- end }}

{{- define "keda-gpu-scaler.fromMonitoring" -}}
{{- if .Values.metrics.enabled }}
- from:
    {{- toYaml .Values.networkPolicy.prometheus | nindent 4 }}
  ports:
    - port: metrics
{{- end }}
- ports:
    - port: probes
  {{- with .Values.networkPolicy.probes }}
  from:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- with .Values.networkPolicy.additionalIngress }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* To DNS, wherever it is. */}}
{{- define "keda-gpu-scaler.toNames" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}

{{- define "keda-gpu-scaler.toEngines" -}}
{{- with .Values.networkPolicy.egress.engines }}
- to:
    {{- toYaml . | nindent 4 }}
{{- end }}
{{- with .Values.networkPolicy.egress.additionalRules }}
{{ toYaml . }}
{{- end }}
{{- end }}
