{{/* What the schema cannot say: values that contradict each other. */}}
{{- define "keda-gpu-scaler.check" -}}
{{- $tls := .Values.tls }}
{{- if $tls.enabled }}
{{- if and $tls.certManager.enabled (not $tls.certManager.issuerRef.name) }}
{{- fail "tls.certManager.issuerRef.name is empty: name the Issuer of the scaler's certificate" }}
{{- end }}
{{- if and $tls.certManager.enabled $tls.secretName }}
{{- fail "tls.secretName and tls.certManager.enabled are both set: the certificate comes from one of them" }}
{{- end }}
{{- if not (or $tls.certManager.enabled $tls.secretName) }}
{{- fail "tls.enabled without a certificate: set tls.secretName, or tls.certManager.enabled and its issuerRef" }}
{{- end }}
{{- if and $tls.report.mutual (not .Values.gateway.enabled) }}
{{- fail "tls.report.mutual is set, and gateway.enabled is false: nodes report to nobody" }}
{{- end }}
{{- if and $tls.report.mutual (not $tls.certManager.enabled) (not $tls.report.nodeSecretName) }}
{{- fail "tls.report.mutual without the nodes' certificate: set tls.report.nodeSecretName" }}
{{- end }}
{{- if and $tls.certManager.enabled $tls.report.nodeSecretName }}
{{- fail "tls.report.nodeSecretName and tls.certManager.enabled are both set: the nodes' certificate comes from one of them" }}
{{- end }}
{{- if and (not $tls.report.mutual) (or $tls.report.nodeSecretName (include "keda-gpu-scaler.hasCa" $tls.report.clientCa) $tls.certManager.nodeIssuerRef.name) }}
{{- fail "tls.report.nodeSecretName, tls.report.clientCa or tls.certManager.nodeIssuerRef is set, and tls.report.mutual is false: nodes show no certificate" }}
{{- end }}
{{- else if or $tls.secretName $tls.certManager.enabled (include "keda-gpu-scaler.hasCa" $tls.clientCa) $tls.report.mutual $tls.report.nodeSecretName (include "keda-gpu-scaler.hasCa" $tls.report.ca) (include "keda-gpu-scaler.hasCa" $tls.report.clientCa) }}
{{- fail "tls.enabled is false, and other values of tls are set: they would do nothing" }}
{{- end }}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled }}
{{- fail "serviceMonitor.enabled and podMonitor.enabled are both set: every pod would be scraped twice" }}
{{- end }}
{{- if and (or .Values.serviceMonitor.enabled .Values.podMonitor.enabled) (not .Values.metrics.enabled) }}
{{- fail "a monitor is enabled, and metrics.enabled is false: there is nothing to scrape" }}
{{- end }}
{{- if and .Values.scenario (ne .Values.source "simulated") }}
{{- fail (printf "scenario is set, and source is %q: a scenario needs source: simulated" .Values.source) }}
{{- end }}
{{- $ports := dict }}
{{- range $name, $port := dict "grpc.port" .Values.grpc.port "metrics.port" .Values.metrics.port "healthCheck.port" .Values.healthCheck.port "gateway.report.port" .Values.gateway.report.port }}
{{- $key := $port | int | toString }}
{{- if hasKey $ports $key }}
{{- fail (printf "%s and %s are both %s: each needs a port of its own" (get $ports $key) $name $key) }}
{{- end }}
{{- $_ := set $ports $key $name }}
{{- end }}
{{- range $name, $role := dict "maxMemoryMib" (dict "most" .Values.maxMemoryMib "of" .Values.resources) "gateway.maxMemoryMib" (dict "most" .Values.gateway.maxMemoryMib "of" .Values.gateway.resources) }}
{{- $limit := dig "limits" "memory" "" $role.of }}
{{- if and $role.most $limit }}
{{- $mib := include "keda-gpu-scaler.mebibytes" $limit | int }}
{{- if lt $mib (int $role.most) }}
{{- fail (printf "%s is %d, and the container's memory limit %s: it would be killed before it closes a connection; the limit should be twice as much" $name (int $role.most) $limit) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
