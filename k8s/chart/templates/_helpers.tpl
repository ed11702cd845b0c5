{{- define "tallyworks.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "tallyworks.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "tallyworks.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "tallyworks.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Of .component: labels that never change. */}}
{{- define "tallyworks.selector" -}}
app.kubernetes.io/name: {{ include "tallyworks.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "tallyworks.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{ include "tallyworks.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: tallyworks
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "tallyworks.image" -}}
{{- $image := .values.image -}}
{{- $all := .root.Values.image -}}
{{- $tag := default .root.Chart.AppVersion $image.tag -}}
{{- if eq $all.kind "jvm" }}{{ $tag = printf "%s-jvm" $tag }}{{ end -}}
{{- with $all.registry }}{{ . }}/{{ end }}{{ $image.repository }}{{ if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $tag }}{{ end -}}
{{- end -}}

{{- define "tallyworks.storesSecret" -}}
{{- default (printf "%s-stores" (include "tallyworks.fullname" .)) .Values.stores.existingSecret -}}
{{- end -}}

{{- define "tallyworks.mongodbUrl" -}}
{{- if .Values.trial.enabled -}}
mongodb://{{ include "tallyworks.fullname" . }}-trial-mongodb:27017/tallyworks
{{- else -}}
{{ .Values.stores.mongodbUrl }}
{{- end -}}
{{- end -}}

{{- define "tallyworks.redisUrl" -}}
{{- if .Values.trial.enabled -}}
redis://{{ include "tallyworks.fullname" . }}-trial-redis:6379
{{- else -}}
{{ .Values.stores.redisUrl }}
{{- end -}}
{{- end -}}

{{- define "tallyworks.authSecret" -}}
{{- if .Values.auth.existingSecret -}}
{{ .Values.auth.existingSecret }}
{{- else if .Values.auth.adminKey -}}
{{ include "tallyworks.fullname" . }}-auth
{{- end -}}
{{- end -}}

{{- define "tallyworks.serviceAccount" -}}
{{- if .values.serviceAccount.name -}}
{{ .values.serviceAccount.name }}
{{- else if .values.serviceAccount.create -}}
{{ include "tallyworks.fullname" .root }}-{{ .component }}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{- define "tallyworks.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "tallyworks.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* A Deployment of one application: takes root, component, port, values. */}}
{{- define "tallyworks.deployment" -}}
{{- $root := .root -}}
{{- $values := .values -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "tallyworks.fullname" $root }}-{{ .component }}
  labels: {{- include "tallyworks.labels" . | nindent 4 }}
spec:
  {{- if not .autoscaled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels: {{- include "tallyworks.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "tallyworks.labels" . | nindent 8 }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        checksum/config: {{ include (print $root.Template.BasePath "/config.yaml") $root | sha256sum }}
        checksum/secrets: {{ include (print $root.Template.BasePath "/secrets.yaml") $root | sha256sum }}
        {{- with $values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "tallyworks.serviceAccount" . }}
      automountServiceAccountToken: false
      # A variable of a service named tallyworks-… would be taken for a setting.
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
      securityContext: {{- include "tallyworks.podSecurity" 10001 | nindent 8 }}
      {{- with $root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      {{- with $values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      {{- with $values.topologySpread }}
      topologySpreadConstraints:
        {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - topologyKey: {{ $key }}
          maxSkew: 1
          whenUnsatisfiable: {{ $values.topologySpread }}
          labelSelector:
            matchLabels: {{- include "tallyworks.selector" $ | nindent 14 }}
          matchLabelKeys: [pod-template-hash]
        {{- end }}
      {{- end }}
      {{- with $values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "tallyworks.image" . }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          securityContext: {{- include "tallyworks.containerSecurity" . | nindent 12 }}
          ports:
            - {name: http, containerPort: {{ .port }}}
          envFrom:
            - configMapRef: {name: {{ include "tallyworks.fullname" $root }}-{{ .component }}}
          env:
            - name: TW_MONGODB_URL
              valueFrom: {secretKeyRef: {name: {{ include "tallyworks.storesSecret" $root }}, key: {{ $root.Values.stores.keys.mongodbUrl }}}}
            - name: TW_REDIS_URL
              valueFrom: {secretKeyRef: {name: {{ include "tallyworks.storesSecret" $root }}, key: {{ $root.Values.stores.keys.redisUrl }}}}
            {{- if and (eq .component "ingest") (include "tallyworks.authSecret" $root) }}
            - name: TW_ADMIN_KEY
              valueFrom: {secretKeyRef: {name: {{ include "tallyworks.authSecret" $root }}, key: {{ $root.Values.auth.key }}}}
            {{- end }}
            {{- with $values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          startupProbe:
            httpGet: {path: /q/health/started, port: http}
            periodSeconds: 1
            timeoutSeconds: 3
            failureThreshold: {{ $values.startupFailureThreshold }}
          livenessProbe:
            httpGet: {path: /q/health/live, port: http}
            periodSeconds: 10
            timeoutSeconds: 3
            failureThreshold: 3
          readinessProbe:
            httpGet: {path: /q/health/ready, port: http}
            periodSeconds: 2
            timeoutSeconds: 3
            failureThreshold: 3
          {{- with $values.preStopSeconds }}
          lifecycle:
            preStop:
              sleep: {seconds: {{ . }}}
          {{- end }}
          resources: {{- toYaml $values.resources | nindent 12 }}
          {{- if eq .component "ingest" }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
      volumes:
        # Where the files of Swagger UI are unpacked to.
        - {name: tmp, emptyDir: {sizeLimit: 64Mi}}
          {{- end }}
{{- end -}}
