{{/* Rules that both roles' policies have alike. */}}

{{/* Into the port that KEDA asks; `helm test` asks it too. */}}
{{- define "keda-gpu-scaler.fromKeda" -}}
- from:
    {{- with .Values.networkPolicy.keda }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    - podSelector:
        matchLabels:
          {{- include "keda-gpu-scaler.selector" (list . "test") | nindent 10 }}
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
