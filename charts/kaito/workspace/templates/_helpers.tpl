{{- define "workspace.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "workspace.fullname" -}}
{{- $name := include "workspace.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "workspace.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "workspace.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "workspace.selectorLabels" -}}
app.kubernetes.io/name: {{ include "workspace.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: controller
{{- end }}

{{- define "workspace.ownLabels" -}}
app.kubernetes.io/name: {{ include "workspace.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: kaito-typescript
{{- end }}

{{- define "workspace.labels" -}}
{{- $own := fromYaml (include "workspace.ownLabels" .) }}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") }}
{{- toYaml (mergeOverwrite (deepCopy .Values.commonLabels) $own) }}
{{- end }}

{{- /* Without the chart's version, which alone must not restart a Pod. */}}
{{- define "workspace.podLabels" -}}
{{- $own := merge (fromYaml (include "workspace.selectorLabels" .)) (fromYaml (include "workspace.ownLabels" .)) }}
{{- toYaml (mergeOverwrite (deepCopy .Values.commonLabels) .Values.podLabels $own) }}
{{- end }}

{{- define "workspace.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ printf "%s@%s" .repository .digest }}{{ else }}{{ printf "%s:%s" .repository (default $.Chart.AppVersion .tag) }}{{ end }}
{{- end }}
{{- end }}

{{- /* By default beside the controller's own image, of the same release. */}}
{{- define "workspace.tuningToolsImage" -}}
{{- default (printf "%s/tuning-tools:%s" (dir .Values.image.repository) .Chart.AppVersion) .Values.tuning.toolsImage }}
{{- end }}

{{- /* What a list of the values adds to an environment: entries without a value say nothing. */}}
{{- define "workspace.givenEnv" -}}
{{- $given := list }}
{{- range . }}
{{- if .valueFrom }}
{{- $given = append $given (dict "name" .name "valueFrom" .valueFrom) }}
{{- else if not (or (kindIs "invalid" .value) (eq (toString .value) "")) }}
{{- $given = append $given (dict "name" .name "value" (toString .value)) }}
{{- end }}
{{- end }}
{{- toJson $given }}
{{- end }}

{{- define "workspace.chartEnv" -}}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: POD_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- name: LEADER_ELECTION_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- name: SERVICE_ACCOUNT_NAME
  valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}
- name: LOG_LEVEL
  value: {{ .Values.logging.level | quote }}
- name: METRICS_PORT
  value: {{ .Values.metrics.port | int | quote }}
- name: HEALTH_PROBE_PORT
  value: {{ .Values.health.port | int | quote }}
{{- if not .Values.leaderElection.enabled }}
- name: LEADER_ELECT
  value: "false"
{{- end }}
- name: NODE_PROVISIONER
  value: {{ .Values.nodes.provisioner | quote }}
- name: NODE_BACKEND
  value: {{ .Values.nodes.profile | quote }}
{{- with .Values.nodes.settings }}
- name: NODE_BACKEND_SETTINGS
  value: {{ toJson . | quote }}
{{- end }}
- name: PRESET_REGISTRY_NAME
  value: {{ .Values.presetRegistryName | quote }}
- name: MAX_NODES_PER_WORKSPACE
  value: {{ .Values.limits.maxNodesPerWorkspace | int | quote }}
- name: GROUP_DEADLINE_MINUTES
  value: {{ .Values.limits.groupDeadlineMinutes | toString | quote }}
- name: TUNING_TOOLS_IMAGE
  value: {{ include "workspace.tuningToolsImage" . | quote }}
- name: TUNING_BASE_IMAGE
  value: {{ .Values.tuning.baseImage | quote }}
- name: TUNING_START_DEADLINE_MINUTES
  value: {{ .Values.tuning.startDeadlineMinutes | toString | quote }}
{{- with .Values.tuning.allowedAddresses }}
- name: TUNING_ALLOWED_ADDRESSES
  value: {{ join "," . | quote }}
{{- end }}
{{- if .Values.adapters.imageVolumes }}
- name: ADAPTER_IMAGE_VOLUMES
  value: "true"
{{- end }}
{{- end }}

{{- /* No name may appear twice: server-side apply refuses that. */}}
{{- define "workspace.env" -}}
{{- $given := fromJsonArray (include "workspace.givenEnv" .Values.controller.env) }}
{{- $names := list }}
{{- range $given }}{{ $names = append $names .name }}{{ end }}
{{- $env := list }}
{{- range fromYamlArray (include "workspace.chartEnv" .) }}
{{- if not (has .name $names) }}{{ $env = append $env . }}{{ end }}
{{- end }}
{{- toYaml (concat $env $given) }}
{{- end }}

{{- /* "true" unless the values or the environment in them turn it off. */}}
{{- define "workspace.leaderElection" -}}
{{- $on := .Values.leaderElection.enabled }}
{{- range fromJsonArray (include "workspace.givenEnv" .Values.controller.env) }}
{{- if and (eq .name "LEADER_ELECT") (has (toString .value | lower) (list "false" "0" "no" "off" "n" "disabled")) }}{{ $on = false }}{{ end }}
{{- end }}
{{- $on }}
{{- end }}

{{- /* Every required node term of the user's, with our own GPU nodes left out. */}}
{{- define "workspace.affinity" -}}
{{- $away := dict "key" "kaito.sh/machine-type" "operator" "NotIn" "values" (list "gpu") }}
{{- $affinity := deepCopy .Values.affinity }}
{{- $node := default dict $affinity.nodeAffinity }}
{{- $required := default dict $node.requiredDuringSchedulingIgnoredDuringExecution }}
{{- $terms := list }}
{{- range default (list dict) $required.nodeSelectorTerms }}
{{- $terms = append $terms (merge (dict "matchExpressions" (append (default list .matchExpressions) $away)) .) }}
{{- end }}
{{- $_ := set $node "requiredDuringSchedulingIgnoredDuringExecution" (dict "nodeSelectorTerms" $terms) }}
{{- $_ := set $affinity "nodeAffinity" $node }}
{{- toYaml $affinity }}
{{- end }}

{{- /* Kind of the classes that nodes have: that of the profile unless the settings replace it; empty where they have none. */}}
{{- define "workspace.nodeClass" -}}
{{- $profile := get (.Files.Get "files/backend-profiles.yaml" | fromYaml) .Values.nodes.profile }}
{{- $class := get $profile "nodeClass" }}
{{- if hasKey (default dict .Values.nodes.settings) "nodeClass" }}{{ $class = .Values.nodes.settings.nodeClass }}{{ end }}
{{- default dict $class | toJson }}
{{- end }}

{{- define "workspace.topologySpreadConstraints" -}}
{{- $selector := dict "matchLabels" (fromYaml (include "workspace.selectorLabels" .)) }}
{{- $constraints := list }}
{{- range .Values.topologySpreadConstraints }}
{{- $constraints = append $constraints (merge (dict) . (dict "labelSelector" $selector)) }}
{{- end }}
{{- toYaml $constraints }}
{{- end }}

{{- /* Fails with everything that is missing or contradicts itself, at once. */}}
{{- define "workspace.validate" -}}
{{- $faults := list }}
{{- if not .Values.image.repository }}
{{- $faults = append $faults "image.repository is missing: there is no published image. Build and push your own with \"npx -y pnpm@12.21.0 images --push <registry>\", then add --set image.repository=<registry>/workspace" }}
{{- end }}
{{- $owned := dict "POD_NAME" "" "POD_NAMESPACE" "" "SERVICE_ACCOUNT_NAME" "" "LEADER_ELECTION_NAMESPACE" "" "METRICS_PORT" ", use metrics.port" "HEALTH_PROBE_PORT" ", use health.port" }}
{{- $seen := list }}
{{- range fromJsonArray (include "workspace.givenEnv" .Values.controller.env) }}
{{- if hasKey $owned .name }}{{ $faults = append $faults (printf "controller.env may not set %s%s" .name (get $owned .name)) }}{{ end }}
{{- if has .name $seen }}{{ $faults = append $faults (printf "controller.env sets %s twice" .name) }}{{ end }}
{{- $seen = append $seen .name }}
{{- end }}
{{- if and (gt (int .Values.replicaCount) 1) (eq (include "workspace.leaderElection" .) "false") }}
{{- $faults = append $faults "without leader election replicaCount must be 1" }}
{{- end }}
{{- if and (eq .Values.nodes.provisioner "machine") (ne .Values.nodes.profile "gpu-provisioner") }}
{{- $faults = append $faults (printf "nodes.provisioner=machine asks for Machines, which %s does not know: use nodeclaim or nodepool" .Values.nodes.profile) }}
{{- end }}
{{- if and (eq .Values.nodes.provisioner "nodepool") (eq .Values.nodes.profile "gpu-provisioner") }}
{{- $faults = append $faults "nodes.provisioner=nodepool needs a Karpenter: set nodes.profile to one of karpenter-azure, karpenter-aws, karpenter-kwok" }}
{{- end }}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) }}
{{- $faults = append $faults "serviceAccount.name is missing: with serviceAccount.create=false name one that exists" }}
{{- end }}
{{- if eq (int .Values.metrics.port) (int .Values.health.port) }}
{{- $faults = append $faults "metrics.port and health.port must differ" }}
{{- end }}
{{- if $faults }}
{{- fail (printf "\n\nThe chart %s cannot be installed like this:\n  - %s\n" .Chart.Name (join "\n  - " $faults)) }}
{{- end }}
{{- end }}

{{- /* Why the definition of Workspaces that the cluster has is not this release's to change; empty when it is. */}}
{{- define "workspace.foreignDefinition" -}}
{{- $live := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "workspaces.kaito.sh" }}
{{- if $live }}
{{- $notes := default dict $live.metadata.annotations }}
{{- $labels := default dict $live.metadata.labels }}
{{- $release := default "" (get $notes "meta.helm.sh/release-name") }}
{{- $namespace := default "" (get $notes "meta.helm.sh/release-namespace") }}
{{- $byHelm := eq (default "" (get $labels "app.kubernetes.io/managed-by")) "Helm" }}
{{- if not (and $release $namespace $byHelm) }}
{{- "was not installed as part of a Helm release" }}
{{- else if not (and (eq $release .Release.Name) (eq $namespace .Release.Namespace)) }}
{{- printf "belongs to the Helm release %s of namespace %s" $release $namespace }}
{{- end }}
{{- end }}
{{- end }}
