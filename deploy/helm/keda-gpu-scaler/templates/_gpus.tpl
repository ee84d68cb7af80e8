{{/* How a node's pod gets at the GPUs. */}}

{{/* runtime, cdi, host or none. */}}
{{- define "keda-gpu-scaler.gpuAccess" -}}
{{- if eq .Values.source "simulated" -}}
none
{{- else if .Values.nvmlHostMounts.enabled -}}
host
{{- else if eq .Values.nvidia.deviceListStrategy "cdi-annotations" -}}
cdi
{{- else -}}
runtime
{{- end }}
{{- end }}

{{- define "keda-gpu-scaler.gpuEnv" -}}
{{- if eq (include "keda-gpu-scaler.gpuAccess" .) "runtime" }}
- name: NVIDIA_VISIBLE_DEVICES
  value: {{ ternary "/var/run/nvidia-container-devices" .Values.nvidia.visibleDevices (eq .Values.nvidia.deviceListStrategy "volume-mounts") | quote }}
- name: NVIDIA_DRIVER_CAPABILITIES
  value: {{ .Values.nvidia.driverCapabilities | quote }}
{{- end }}
{{- end }}

{{/* The host's files that are mounted where they are: "file kind" each. */}}
{{- define "keda-gpu-scaler.hostFiles" -}}
{{- with .Values.nvmlHostMounts }}
{{ .nvmlLib }} File
{{ .nvidiactl }} CharDevice
{{- if .nvidiaUvm }}
{{ .nvidiaUvm }} CharDevice
{{- end }}
{{- range .devices }}
{{ . }} CharDevice
{{- end }}
{{- end }}
{{- end }}

{{- define "keda-gpu-scaler.gpuVolumes" -}}
{{- if eq (include "keda-gpu-scaler.gpuAccess" .) "host" }}
{{- range $i, $line := include "keda-gpu-scaler.hostFiles" . | trim | splitList "\n" }}
- name: host-file-{{ $i }}
  hostPath:
    path: {{ first (splitList " " $line) }}
    type: {{ last (splitList " " $line) }}
{{- end }}
{{- else if and (eq (include "keda-gpu-scaler.gpuAccess" .) "runtime") (eq .Values.nvidia.deviceListStrategy "volume-mounts") }}
- name: visible-devices
  hostPath:
    path: /dev/null
    type: CharDevice
{{- end }}
{{- end }}

{{- define "keda-gpu-scaler.gpuMounts" -}}
{{- if eq (include "keda-gpu-scaler.gpuAccess" .) "host" }}
{{- range $i, $line := include "keda-gpu-scaler.hostFiles" . | trim | splitList "\n" }}
- name: host-file-{{ $i }}
  mountPath: {{ first (splitList " " $line) }}
  readOnly: {{ eq (last (splitList " " $line)) "File" }}
{{- end }}
{{- else if and (eq (include "keda-gpu-scaler.gpuAccess" .) "runtime") (eq .Values.nvidia.deviceListStrategy "volume-mounts") }}
- name: visible-devices
  mountPath: /var/run/nvidia-container-devices/{{ .Values.nvidia.visibleDevices }}
{{- end }}
{{- end }}
