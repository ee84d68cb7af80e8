{{/* Names and labels of the objects. */}}

{{- define "keda-gpu-scaler.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The Service's name, and how the other names begin. */}}
{{- define "keda-gpu-scaler.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{/* FULLNAME-SUFFIX, cut so that the suffix stays whole: (list . "gateway"). */}}
{{- define "keda-gpu-scaler.part" -}}
{{- $suffix := index . 1 }}
{{- $most := int (sub 62 (len $suffix)) }}
{{- printf "%s-%s" (include "keda-gpu-scaler.fullname" (index . 0) | trunc $most | trimSuffix "-") $suffix }}
{{- end }}

{{- define "keda-gpu-scaler.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "keda-gpu-scaler.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* PriorityClasses are the cluster's, so the namespace is part of the name. */}}
{{- define "keda-gpu-scaler.priorityClassName" -}}
{{- printf "%s-%s" .Release.Namespace (include "keda-gpu-scaler.fullname" .) | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "keda-gpu-scaler.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* By which Services and policies find pods: (list . "gateway"). */}}
{{- define "keda-gpu-scaler.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "keda-gpu-scaler.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* Labels of a pod: (list . "gateway"). The chart's version is not among them: a new chart of the same program
restarts nothing. */}}
{{- define "keda-gpu-scaler.podLabels" -}}
{{- $root := index . 0 -}}
{{ include "keda-gpu-scaler.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of another object: (list . "gateway"). */}}
{{- define "keda-gpu-scaler.labels" -}}
{{- $root := index . 0 -}}
{{ include "keda-gpu-scaler.podLabels" . }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Of which pods KEDA asks. */}}
{{- define "keda-gpu-scaler.front" -}}
{{- ternary "gateway" "node" .Values.gateway.enabled }}
{{- end }}
