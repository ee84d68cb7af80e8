{{/* An endpoint of either monitor. A node's series get the label `node` here, a gateway's bring their own. */}}
{{- define "keda-gpu-scaler.scrape" -}}
port: metrics
{{- with .interval }}
interval: {{ . }}
{{- end }}
{{- with .scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
relabelings:
  - sourceLabels:
      - __meta_kubernetes_pod_label_app_kubernetes_io_component
      - __meta_kubernetes_pod_node_name
    regex: node;(.+)
    targetLabel: node
{{- with .metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "keda-gpu-scaler.monitorSelector" -}}
selector:
  matchLabels:
    app.kubernetes.io/name: {{ include "keda-gpu-scaler.name" . }}
    app.kubernetes.io/instance: {{ .Release.Name }}
  matchExpressions:
    - key: app.kubernetes.io/component
      operator: In
      values: [gateway, node]
namespaceSelector:
  matchNames:
    - {{ .Release.Namespace }}
{{- end }}
