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

{{- /* What the hook may do that runs after an uninstallation: in each namespace whose services were carried… */ -}}
{{- define "hikyaku.cleanupRules" -}}
- apiGroups: [ "" ]
  resources: [ services ]
  verbs: [ get, list, delete ]
- apiGroups: [ discovery.k8s.io ]
  resources: [ endpointslices ]
  verbs: [ get, list, delete ]
- apiGroups: [ multicluster.x-k8s.io ]
  resources: [ serviceimports ]
  verbs: [ get, list, delete ]
{{- end -}}

{{- /* …and in its own. */ -}}
{{- define "hikyaku.cleanupOwnRules" -}}
- apiGroups: [ coordination.k8s.io ]
  resources: [ leases ]
  resourceNames: [ hikyaku-bridge ]
  verbs: [ get, update, delete ]
- apiGroups: [ coordination.k8s.io ] # a right to create cannot be limited to names
  resources: [ leases ]
  verbs: [ create ]
- apiGroups: [ "" ] # whether a bridge still runs
  resources: [ pods ]
  verbs: [ list ]
{{- end -}}

{{- /* root, role (name, namespace, rules) and its binding; account, labels, annotations if they are not the bridge's */ -}}
{{- define "hikyaku.grant" -}}
{{- $root := .root }}
{{- $labels := default (include "hikyaku.labels" $root) .labels }}
{{- $kind := ternary "Role" "ClusterRole" (hasKey . "namespace") }}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
metadata:
  name: {{ .name | quote }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- $labels | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
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
    {{- $labels | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $kind }}
  name: {{ .name | quote }}
subjects:
  - kind: ServiceAccount
    name: {{ default (include "hikyaku.serviceAccountName" $root) .account }}
    namespace: {{ $root.Release.Namespace }}
{{- end -}}
