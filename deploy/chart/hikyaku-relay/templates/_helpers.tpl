{{- define "hikyaku.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- /* 50 characters, so that suffixes fit. */ -}}
{{- define "hikyaku.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "hikyaku.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "hikyaku.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* Of a Deployment's or StatefulSet's selector: never changes in the life of a release. */ -}}
{{- define "hikyaku.selectorLabels" -}}
app.kubernetes.io/name: {{ include "hikyaku.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: {{ include "hikyaku.component" . }}
{{- end -}}

{{- define "hikyaku.labels" -}}
{{ include "hikyaku.selectorLabels" . }}
app.kubernetes.io/part-of: hikyaku
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Of pods: nothing of the chart's version, which alone is no reason to restart them. */ -}}
{{- define "hikyaku.podLabels" -}}
{{ include "hikyaku.selectorLabels" . }}
app.kubernetes.io/part-of: hikyaku
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{ include "hikyaku.noSidecarLabels" . }}
{{- with merge (dict) .Values.podLabels .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* What keeps the sidecars of service meshes out: they would take the place of addresses that the bridge has to see,
and the mesh between the clusters is the bridge. As labels and as annotations, since meshes differ. */ -}}
{{- define "hikyaku.noSidecarLabels" -}}
sidecar.istio.io/inject: "false"
istio.io/dataplane-mode: none
kuma.io/sidecar-injection: disabled
{{- end -}}
{{- define "hikyaku.noSidecarAnnotations" -}}
sidecar.istio.io/inject: "false"
linkerd.io/inject: disabled
kuma.io/sidecar-injection: disabled
consul.hashicorp.com/connect-inject: "false"
{{- end -}}

{{- define "hikyaku.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "hikyaku.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "hikyaku.identitySecret" -}}
{{- default (printf "%s-identity" (include "hikyaku.fullname" .)) .Values.identity.secretName -}}
{{- end -}}

{{- define "hikyaku.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- /* MiB of a size or quantity; nothing if it is written in a way that is not checked. */ -}}
{{- define "hikyaku.mebibytes" -}}
{{- $size := toString . -}}
{{- $number := regexFind "^[0-9]+" $size | int64 -}}
{{- if regexMatch "^[0-9]+Gi(B)?$" $size -}}{{ mul $number 1024 }}
{{- else if regexMatch "^[0-9]+Mi(B)?$" $size -}}{{ $number }}
{{- else if regexMatch "^[0-9]+Ki(B)?$" $size -}}{{ div $number 1024 }}
{{- end -}}
{{- end -}}

{{- /* The two budgets against the 40 % of the memory limit that buffers may take. */ -}}
{{- define "hikyaku.checkMemory" -}}
{{- $limit := include "hikyaku.mebibytes" (dig "limits" "memory" "" .resources) -}}
{{- $sum := 0 -}}
{{- range .budgets -}}{{- $sum = add $sum (int64 (include "hikyaku.mebibytes" .)) -}}{{- end -}}
{{- if and $limit (gt (mul $sum 100) (mul (int64 $limit) 40)) -}}
{{- fail (printf "resources.limits.memory of %s MiB leaves %d MiB (40 %%) for buffers, but %s allow %d MiB: raise the memory limit, or lower these limits in extraConfig" $limit (div (mul (int64 $limit) 40) 100) .names $sum) -}}
{{- end -}}
{{- end -}}

{{- define "hikyaku.topologySpread" -}}
{{- if kindIs "invalid" .Values.topologySpreadConstraints -}}
{{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- topologyKey: {{ $key }}
  maxSkew: 1
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "hikyaku.selectorLabels" $ | nindent 6 }}
{{- end -}}
{{- else if .Values.topologySpreadConstraints -}}
{{ toYaml .Values.topologySpreadConstraints }}
{{- end -}}
{{- end -}}

{{- /* The identity's files, under the names that the program knows. */ -}}
{{- define "hikyaku.identityVolume" -}}
- name: identity
  secret:
    secretName: {{ include "hikyaku.identitySecret" . }}
    defaultMode: 288 # 0440, which YAML 1.1 and 1.2 read differently
    items:
      - { key: {{ .Values.identity.keys.certificate | quote }}, path: tls.crt }
      - { key: {{ .Values.identity.keys.key | quote }}, path: tls.key }
      - { key: {{ .Values.identity.keys.authority | quote }}, path: ca.crt }
{{- end -}}
{{- define "hikyaku.certificateSpec" -}}
secretName: {{ include "hikyaku.identitySecret" . }}
duration: {{ .Values.identity.certManager.duration }}
renewBefore: {{ .Values.identity.certManager.renewBefore }}
privateKey: { algorithm: ECDSA, size: 256, rotationPolicy: Always }
usages: [ digital signature, client auth, server auth ]
issuerRef:
  {{- toYaml .Values.identity.certManager.issuerRef | nindent 2 }}
{{- end -}}

{{- define "hikyaku.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end -}}
{{- define "hikyaku.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ ALL ] }
{{- end -}}

{{- define "hikyaku.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: admin }
  periodSeconds: 1
  failureThreshold: 120
livenessProbe:
  httpGet: { path: /livez, port: admin }
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: { path: /readyz, port: admin }
  periodSeconds: 2
  timeoutSeconds: 2
{{- end -}}
