{{/*
The pod of api or worker. Takes a dict: root, component, values (of the component), port and portSetting, sleep (before a stop).
Services of the namespace are no variables (enableServiceLinks): those of a service named `api` would be read as API_PORT.
*/}}
{{- define "lead-gateway.pod" -}}
{{- $root := .root -}}
{{- $documents := include "lead-gateway.documents" $root | fromYaml -}}
{{- $own := dict .portSetting .port "SHUTDOWN_TIMEOUT" (printf "%ds" (int $root.Values.shutdownTimeoutSeconds)) -}}
{{- $_ := set $own "MIGRATE_ON_START" (not $root.Values.migrate.enabled) -}}
{{- range $key, $document := $documents }}
{{- if index $root.Values.documents $key }}{{ $_ := set $own $document.setting (printf "/etc/lead-gateway/%s" $document.file) }}{{ end }}
{{- end }}
{{- $archive := and (eq .component "worker") .values.archiveClaim }}
{{- if $archive }}{{ $_ := set $own "ARCHIVE_DIR" "/archive" }}{{ end }}
{{- $settings := mergeOverwrite (dict) $root.Values.settings .values.settings $own -}}
{{- $secrets := mergeOverwrite (dict) $root.Values.secrets .values.secrets -}}
metadata:
  labels:
    {{- include "lead-gateway.labels" (list $root .component) | nindent 4 }}
  annotations:
    kubectl.kubernetes.io/default-container: {{ .component }}
    {{- if include "lead-gateway.hasDocuments" $root }}
    checksum/documents: {{ $root.Values.documents | toJson | sha256sum }}
    {{- end }}
    {{- with .values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "lead-gateway.fullname" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add (int $root.Values.shutdownTimeoutSeconds) (int .sleep) 5 }}
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    {{- include "lead-gateway.podSecurity" $root | nindent 4 }}
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "lead-gateway.selector" (list $root $.component) | nindent 10 }}
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "lead-gateway.image" (list $root .values.image) }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      ports:
        - name: http
          containerPort: {{ .port }}
          protocol: TCP
      env:
        {{- include "lead-gateway.env" (list $settings $secrets) | nindent 8 }}
      # A process that waits for the database or for migrations is alive, and not ready.
      startupProbe:
        httpGet: { path: /livez, port: http }
        periodSeconds: 2
        failureThreshold: 30
      livenessProbe:
        httpGet: { path: /livez, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      {{- if .sleep }}
      lifecycle:
        preStop:
          sleep:
            seconds: {{ .sleep }}
      {{- end }}
      securityContext:
        {{- include "lead-gateway.containerSecurity" $root | nindent 8 }}
      resources:
        {{- toYaml .values.resources | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if include "lead-gateway.hasDocuments" $root }}
        - name: documents
          mountPath: /etc/lead-gateway
          readOnly: true
        {{- end }}
        {{- if $archive }}
        - name: archive
          mountPath: /archive
        {{- end }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
    {{- if include "lead-gateway.hasDocuments" $root }}
    - name: documents
      configMap:
        name: {{ include "lead-gateway.fullname" $root }}-documents
    {{- end }}
    {{- if $archive }}
    - name: archive
      persistentVolumeClaim:
        claimName: {{ .values.archiveClaim }}
    {{- end }}
  {{- with .values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* A deployment of api or worker. Takes the same dict, and whether something else decides on its replicas: isScaled. */}}
{{- define "lead-gateway.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "lead-gateway.fullname" .root }}-{{ .component }}
  labels:
    {{- include "lead-gateway.labels" (list .root .component) | nindent 4 }}
spec:
  {{- if not .isScaled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels:
      {{- include "lead-gateway.selector" (list .root .component) | nindent 6 }}
  template:
    {{- include "lead-gateway.pod" . | nindent 4 }}
{{- end }}
