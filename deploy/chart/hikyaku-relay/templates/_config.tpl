{{- define "hikyaku.component" -}}relay{{- end -}}

{{- /* The configuration that all replicas have, as an object. */ -}}
{{- define "hikyaku.config" -}}
{{- if not (or .Values.tls.enabled .Values.wss.enabled) -}}
{{- fail "tls.enabled or wss.enabled has to be true: else nobody could reach the relay" -}}
{{- end -}}
{{- $listen := list -}}
{{- if .Values.tls.enabled -}}
{{- $listen = append $listen (printf "tls://%s:%d" .Values.listenAddress (int .Values.tls.port)) -}}
{{- end -}}
{{- if .Values.wss.enabled -}}
{{- $listen = append $listen (printf "wss://%s:%d%s" .Values.listenAddress (int .Values.wss.port) .Values.wss.path) -}}
{{- end -}}
{{- $config := dict
  "mesh" (required "mesh is required: the mesh's name, as its authority has it (--set mesh=prod)" .Values.mesh)
  "identity" (dict "directory" "/etc/hikyaku/identity")
  "listen" $listen
  "peers" .Values.peers
  "admin" (dict "listen" (printf "%s:9400" .Values.listenAddress))
  "limits" (dict "drainTimeout" (printf "%ds" (int .Values.drainSeconds))) -}}
{{- if .Values.eventLoops -}}
{{- $_ := set $config "eventLoops" (int .Values.eventLoops) -}}
{{- end -}}
{{- toYaml (mergeOverwrite $config (deepCopy .Values.extraConfig)) -}}
{{- end -}}

{{- /* Of replica `.ordinal`: it dials the ones before it, so one side of each pair does, and more replicas change nothing
for those that are there. */ -}}
{{- define "hikyaku.replicaConfig" -}}
{{- $root := .root -}}
{{- $config := include "hikyaku.config" $root | fromYaml -}}
{{- $fullname := include "hikyaku.fullname" $root -}}
{{- $peers := $config.peers -}}
{{- range $before := until (int .ordinal) -}}
{{- $scheme := ternary "tls" "wss" $root.Values.tls.enabled -}}
{{- $port := ternary $root.Values.tls.port $root.Values.wss.port $root.Values.tls.enabled | int -}}
{{- $path := ternary "" $root.Values.wss.path $root.Values.tls.enabled -}}
{{- $peers = append $peers (printf "%s://%s-%d.%s:%d%s" $scheme $fullname $before $fullname $port $path) -}}
{{- end -}}
{{- toYaml (set $config "peers" $peers) -}}
{{- end -}}
