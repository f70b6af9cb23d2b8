{{- define "lead-gateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "lead-gateway.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "lead-gateway.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "lead-gateway.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* What selects the pods of a component: never changes. Takes (list $ "api"). */}}
{{- define "lead-gateway.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "lead-gateway.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* All labels of a component's objects. Takes (list $ "api"). */}}
{{- define "lead-gateway.labels" -}}
{{- $root := index . 0 -}}
{{ include "lead-gateway.selector" . }}
app.kubernetes.io/version: {{ default $root.Chart.AppVersion $root.Values.image.tag | quote }}
app.kubernetes.io/part-of: lead-gateway
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The image of a component: by digest when there is one. Takes (list $ .Values.api.image). */}}
{{- define "lead-gateway.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $name := printf "%s/%s:%s" $root.Values.image.registry $image.name (default $root.Chart.AppVersion $root.Values.image.tag) -}}
{{- if $image.digest }}{{ $name }}@{{ $image.digest }}{{ else }}{{ $name }}{{ end }}
{{- end }}

{{/* The documents that replace those in the images: the setting that names each, and its file. */}}
{{- define "lead-gateway.documents" -}}
rules: { setting: LEAD_RULES_FILE, file: lead_rules.json }
profile: { setting: NORMALIZER_PROFILE_FILE, file: normalizer_profile.json }
mapping: { setting: ATTRIBUTE_MAPPING_FILE, file: customer_attribute_mapping.json }
template: { setting: PAYLOAD_TEMPLATE_FILE, file: customer_payload_template.json }
retryPolicy: { setting: RETRY_POLICY_FILE, file: retry_policy.json }
verifier: { setting: WEBHOOK_VERIFIER_FILE, file: webhook_verifier.json }
{{- end }}

{{- define "lead-gateway.hasDocuments" -}}
{{- range .Values.documents }}{{ if . }}true{{ end }}{{ end }}
{{- end }}

{{/* Variables from settings and secrets, each sorted by name. Takes a list of both. JSON, since Helm's own text of 1048576 is 1.048576e+06. */}}
{{- define "lead-gateway.env" -}}
{{- $settings := index . 0 -}}
{{- $secrets := index . 1 -}}
{{- range $name, $value := $settings }}
- name: {{ $name }}
  value: {{ if kindIs "string" $value }}{{ $value | quote }}{{ else }}{{ $value | toJson | quote }}{{ end }}
{{- end }}
{{- range $name, $from := $secrets }}
{{- if $from }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.name }}
      key: {{ $from.key }}
{{- end }}
{{- end }}
{{- end }}

{{- define "lead-gateway.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "lead-gateway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}
