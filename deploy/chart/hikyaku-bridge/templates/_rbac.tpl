{{- /* All rights that a bridge has, each once. */ -}}

{{- /* In each namespace whose services it carries. */ -}}
{{- define "hikyaku.serviceRules" -}}
- apiGroups: [ "" ]
  resources: [ services ]
  verbs: [ get, list, watch, create, update, patch, delete ]
- apiGroups: [ discovery.k8s.io ]
  resources: [ endpointslices ]
  verbs: [ get, list, watch, create, update, patch, delete ]
- apiGroups: [ multicluster.x-k8s.io ]
  resources: [ serviceexports ]
  verbs: [ get, list, watch ]
- apiGroups: [ multicluster.x-k8s.io ]
  resources: [ serviceexports/status ]
  verbs: [ patch, update ]
- apiGroups: [ multicluster.x-k8s.io ]
  resources: [ serviceimports, serviceimports/status ]
  verbs: [ get, list, watch, create, update, patch, delete ]
- apiGroups: [ "" ] # who calls
  resources: [ pods ]
  verbs: [ get, list, watch ]
- apiGroups: [ "", events.k8s.io ]
  resources: [ events ]
  verbs: [ create, patch ]
- apiGroups: [ "" ]
  resources: [ namespaces ]
  verbs: {{ if .Values.kubernetes.namespaces }}[ get ] # a Role grants its own namespace{{ else }}[ get, list, watch ]{{ end }}
{{- end -}}

{{- /* What belongs to no namespace. */ -}}
{{- define "hikyaku.clusterScopedRules" -}}
- apiGroups: [ about.k8s.io ]
  resources: [ clusterproperties ]
  verbs: [ get, list, watch ]
{{- if ne .Values.kubernetes.crds "never" }}
- apiGroups: [ apiextensions.k8s.io ]
  resources: [ customresourcedefinitions ]
  resourceNames: [ serviceexports.multicluster.x-k8s.io, serviceimports.multicluster.x-k8s.io ]
  verbs: [ get, update, patch ]
- apiGroups: [ apiextensions.k8s.io ] # a right to create cannot be limited to names
  resources: [ customresourcedefinitions ]
  verbs: [ create ]
{{- end }}
{{- end -}}

{{- /* In its own namespace. */ -}}
{{- define "hikyaku.ownRules" -}}
- apiGroups: [ coordination.k8s.io ] # which replica writes
  resources: [ leases ]
  verbs: [ get, list, watch, create, update, patch ]
{{- if .Values.kubernetes.namespaces }}
- apiGroups: [ "" ]
  resources: [ pods, services ]
  verbs: [ get, list, watch ]
- apiGroups: [ discovery.k8s.io ]
  resources: [ endpointslices ]
  verbs: [ get, list, watch ]
- apiGroups: [ "", events.k8s.io ]
  resources: [ events ]
  verbs: [ create, patch ]
{{- end }}
{{- end -}}

{{- /* role (kind, name, namespace, rules) and its binding */ -}}
{{- define "hikyaku.grant" -}}
{{- $root := .root }}
{{- $kind := ternary "Role" "ClusterRole" (hasKey . "namespace") }}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
metadata:
  name: {{ .name | quote }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "hikyaku.labels" $root | nindent 4 }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}Binding
metadata:
  name: {{ .name | quote }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "hikyaku.labels" $root | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $kind }}
  name: {{ .name | quote }}
subjects:
  - kind: ServiceAccount
    name: {{ include "hikyaku.serviceAccountName" $root }}
    namespace: {{ $root.Release.Namespace }}
{{- end -}}
