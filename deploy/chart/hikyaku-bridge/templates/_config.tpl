{{- define "hikyaku.component" -}}bridge{{- end -}}

{{- /* The bridge's configuration, as an object. */ -}}
{{- define "hikyaku.config" -}}
{{- $config := dict
  "mesh" (required "mesh is required: the mesh's name, as its authority has it (--set mesh=prod)" .Values.mesh)
  "cluster" (required "cluster is required: this cluster's name, as its certificate has it (--set cluster=tokyo)" .Values.cluster)
  "identity" (dict "directory" "/etc/hikyaku/identity")
  "links" .Values.links
  "admin" (dict "listen" (printf "%s:9400" .Values.listenAddress))
  "limits" (dict "drainTimeout" (printf "%ds" (int .Values.drainSeconds))) -}}
{{- if and (not .Values.links) (not .Values.extraConfig.listen) -}}
{{- fail "links is required: at least one relay or Kafka that leads to the other clusters (--set 'links[0].relay=tls://relay-1.example:7443')" -}}
{{- end -}}
{{- if .Values.eventLoops -}}
{{- $_ := set $config "eventLoops" (int .Values.eventLoops) -}}
{{- end -}}
{{- if .Values.kubernetes.enabled -}}
{{- $kubernetes := dict
  "service" (include "hikyaku.fullname" .)
  "listen" (trimAll "[]" .Values.listenAddress)
  "ports" .Values.kubernetes.ports
  "alias" .Values.kubernetes.alias
  "crds" .Values.kubernetes.crds -}}
{{- if .Values.kubernetes.namespaces -}}
{{- $_ := set $kubernetes "namespaces" .Values.kubernetes.namespaces -}}
{{- end -}}
{{- $_ := set $config "kubernetes" $kubernetes -}}
{{- end -}}
{{- toYaml (mergeOverwrite $config (deepCopy .Values.extraConfig)) -}}
{{- end -}}

{{- /* These labels, of what cleans up behind the bridge. */ -}}
{{- define "hikyaku.cleanupLabels" -}}
{{- . | replace "app.kubernetes.io/component: bridge" "app.kubernetes.io/component: cleanup" -}}
{{- end -}}

{{- /* The annotations of a hook of this weight: the lowest is first. */ -}}
{{- define "hikyaku.cleanupHook" -}}
helm.sh/hook: post-delete
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}
