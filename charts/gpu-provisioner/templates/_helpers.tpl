{{- define "gpu-provisioner.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "gpu-provisioner.fullname" -}}
{{- $name := include "gpu-provisioner.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "gpu-provisioner.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "gpu-provisioner.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "gpu-provisioner.selectorLabels" -}}
app.kubernetes.io/name: {{ include "gpu-provisioner.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: controller
{{- end }}

{{- define "gpu-provisioner.ownLabels" -}}
app.kubernetes.io/name: {{ include "gpu-provisioner.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: kaito-typescript
{{- end }}

{{- define "gpu-provisioner.labels" -}}
{{- $own := fromYaml (include "gpu-provisioner.ownLabels" .) }}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") }}
{{- toYaml (mergeOverwrite (deepCopy .Values.commonLabels) $own) }}
{{- end }}

{{- /* Without the chart's version, which alone must not restart a Pod. */}}
{{- define "gpu-provisioner.podLabels" -}}
{{- $own := merge (fromYaml (include "gpu-provisioner.selectorLabels" .)) (fromYaml (include "gpu-provisioner.ownLabels" .)) }}
{{- if .Values.workloadIdentity.enabled }}{{ $_ := set $own "azure.workload.identity/use" "true" }}{{ end }}
{{- toYaml (mergeOverwrite (deepCopy .Values.commonLabels) .Values.podLabels $own) }}
{{- end }}

{{- define "gpu-provisioner.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ printf "%s@%s" .repository .digest }}{{ else }}{{ printf "%s:%s" .repository (default $.Chart.AppVersion .tag) }}{{ end }}
{{- end }}
{{- end }}

{{- /* What a list of the values adds to an environment: entries without a value say nothing. */}}
{{- define "gpu-provisioner.givenEnv" -}}
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

{{- define "gpu-provisioner.clouds" -}}
government:
  resourceManagerEndpoint: https://management.usgovcloudapi.net
  authorityHost: https://login.microsoftonline.us/
china:
  resourceManagerEndpoint: https://management.chinacloudapi.cn
  authorityHost: https://login.chinacloudapi.cn/
custom:
  {{- toYaml .custom | nindent 2 }}
{{- end }}

{{- /* Limits, deadlines and the like that the values set, by environment variable. */}}
{{- define "gpu-provisioner.numbers" -}}
{{- $numbers := dict }}
{{- range $variable, $path := dict
  "MAX_NODES" "limits.maxNodes"
  "MAX_NODES_PER_NAMESPACE" "limits.maxNodesPerNamespace"
  "MAX_GPUS" "limits.maxGpus"
  "LAUNCH_DEADLINE_MINUTES" "deadlines.launchMinutes"
  "REGISTRATION_DEADLINE_MINUTES" "deadlines.registrationMinutes"
  "INITIALIZATION_DEADLINE_MINUTES" "deadlines.initializationMinutes"
  "DRAIN_DEADLINE_MINUTES" "deadlines.drainMinutes"
  "UNREACHABLE_DRAIN_DEADLINE_MINUTES" "deadlines.unreachableDrainMinutes"
  "TERMINATION_DEADLINE_MINUTES" "deadlines.terminationMinutes"
  "GARBAGE_COLLECTION_PERIOD_MINUTES" "garbageCollection.periodMinutes"
  "GARBAGE_COLLECTION_GRACE_MINUTES" "garbageCollection.graceMinutes"
  "GARBAGE_COLLECTION_SETTLE_MINUTES" "garbageCollection.settleMinutes"
}}
{{- $steps := splitList "." $path }}
{{- $values := get $.Values (first $steps) }}
{{- if and (hasKey $values (last $steps)) (not (kindIs "invalid" (get $values (last $steps)))) }}
{{- $_ := set $numbers $variable (toString (get $values (last $steps))) }}
{{- end }}
{{- end }}
{{- toYaml $numbers }}
{{- end }}

{{- define "gpu-provisioner.chartEnv" -}}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: POD_UID
  valueFrom: {fieldRef: {fieldPath: metadata.uid}}
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
{{- range $name, $isServed := dict "SERVE_MACHINES" .Values.claims.machines "SERVE_NODE_CLAIMS" .Values.claims.nodeClaims }}
{{- if not $isServed }}
- name: {{ $name }}
  value: "false"
{{- end }}
{{- end }}
{{- with .Values.settings.azure }}
{{- range $name, $value := dict "ARM_SUBSCRIPTION_ID" .subscriptionId "ARM_RESOURCE_GROUP" .resourceGroup "AZURE_CLUSTER_NAME" .clusterName "LOCATION" .location }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- if ne .cloud "public" }}
{{- $cloud := get (include "gpu-provisioner.clouds" . | fromYaml) .cloud }}
- name: ARM_ENDPOINT
  value: {{ $cloud.resourceManagerEndpoint | quote }}
- name: AZURE_AUTHORITY_HOST
  value: {{ $cloud.authorityHost | quote }}
{{- end }}
{{- if .custom.caBundle }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/kaito/azure-ca/ca.crt
{{- end }}
{{- end }}
{{- if and .Values.workloadIdentity.enabled (not .Values.serviceAccount.create) }}
{{- with .Values.workloadIdentity.clientId }}
- name: AZURE_CLIENT_ID
  value: {{ . | quote }}
{{- end }}
{{- with .Values.workloadIdentity.tenantId }}
- name: AZURE_TENANT_ID
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- range $name, $value := include "gpu-provisioner.numbers" . | fromYaml }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{- /* No name may appear twice: server-side apply refuses that. */}}
{{- define "gpu-provisioner.env" -}}
{{- $given := fromJsonArray (include "gpu-provisioner.givenEnv" .Values.controller.env) }}
{{- $names := list }}
{{- range $given }}{{ $names = append $names .name }}{{ end }}
{{- $env := list }}
{{- range fromYamlArray (include "gpu-provisioner.chartEnv" .) }}
{{- if not (has .name $names) }}{{ $env = append $env . }}{{ end }}
{{- end }}
{{- toYaml (concat $env $given) }}
{{- end }}

{{- /* KAITO's files call it "replicas". */}}
{{- define "gpu-provisioner.replicas" -}}
{{- if hasKey .Values "replicas" }}{{ int .Values.replicas }}{{ else }}{{ int .Values.replicaCount }}{{ end }}
{{- end }}

{{- /* "true" unless the values or the environment in them turn it off. */}}
{{- define "gpu-provisioner.leaderElection" -}}
{{- $on := .Values.leaderElection.enabled }}
{{- range fromJsonArray (include "gpu-provisioner.givenEnv" .Values.controller.env) }}
{{- if and (eq .name "LEADER_ELECT") (has (toString .value | lower) (list "false" "0" "no" "off" "n" "disabled")) }}{{ $on = false }}{{ end }}
{{- end }}
{{- $on }}
{{- end }}

{{- /* Every required node term of the user's, with our own GPU nodes left out. */}}
{{- define "gpu-provisioner.affinity" -}}
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

{{- define "gpu-provisioner.topologySpreadConstraints" -}}
{{- $selector := dict "matchLabels" (fromYaml (include "gpu-provisioner.selectorLabels" .)) }}
{{- $constraints := list }}
{{- range .Values.topologySpreadConstraints }}
{{- $constraints = append $constraints (merge (dict) . (dict "labelSelector" $selector)) }}
{{- end }}
{{- toYaml $constraints }}
{{- end }}

{{- /* Fails with everything that is missing or contradicts itself, at once. */}}
{{- define "gpu-provisioner.validate" -}}
{{- $faults := list }}
{{- if not .Values.image.repository }}
{{- $faults = append $faults "image.repository is missing: there is no published image. Build and push your own with \"npx -y pnpm@12.21.0 images --push <registry>\", then add --set image.repository=<registry>/gpu-provisioner" }}
{{- end }}
{{- $env := dict }}
{{- range fromJsonArray (include "gpu-provisioner.givenEnv" .Values.controller.env) }}{{ $_ := set $env .name (default "" .value) }}{{ end }}
{{- $azure := .Values.settings.azure }}
{{- range $pair := list (list "subscriptionId" "ARM_SUBSCRIPTION_ID") (list "resourceGroup" "ARM_RESOURCE_GROUP") (list "clusterName" "AZURE_CLUSTER_NAME") (list "location" "LOCATION") }}
{{- $value := get $azure (first $pair) }}
{{- $other := get $env (last $pair) }}
{{- if not (or $value (hasKey $env (last $pair))) }}
{{- $faults = append $faults (printf "settings.azure.%s is missing (or %s in controller.env)" (first $pair) (last $pair)) }}
{{- else if and $value $other (ne $value $other) }}
{{- $faults = append $faults (printf "settings.azure.%s is %q, but %s in controller.env is %q" (first $pair) $value (last $pair) $other) }}
{{- end }}
{{- end }}
{{- if and .Values.workloadIdentity.enabled .Values.serviceAccount.create }}
{{- range $pair := list (list "clientId" "AZURE_CLIENT_ID" "client-id") (list "tenantId" "AZURE_TENANT_ID" "tenant-id") }}
{{- if not (or (get $.Values.workloadIdentity (first $pair)) (hasKey $env (index $pair 1)) (hasKey $.Values.serviceAccount.annotations (printf "azure.workload.identity/%s" (last $pair)))) }}
{{- $faults = append $faults (printf "workloadIdentity.%s is missing (or workloadIdentity.enabled=false)" (first $pair)) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $key, $value := $azure.custom }}
{{- if and $value (ne $azure.cloud "custom") }}
{{- $faults = append $faults (printf "settings.azure.custom.%s needs settings.azure.cloud=custom" $key) }}
{{- end }}
{{- end }}
{{- if eq $azure.cloud "custom" }}
{{- range $pair := list (list "resourceManagerEndpoint" "ARM_ENDPOINT") (list "authorityHost" "AZURE_AUTHORITY_HOST") }}
{{- if not (or (get $azure.custom (first $pair)) (hasKey $env (last $pair))) }}
{{- $faults = append $faults (printf "settings.azure.custom.%s is missing: settings.azure.cloud is custom" (first $pair)) }}
{{- end }}
{{- end }}
{{- end }}
{{- $owned := dict "POD_NAME" "" "POD_UID" "" "POD_NAMESPACE" "" "SERVICE_ACCOUNT_NAME" "" "LEADER_ELECTION_NAMESPACE" "" "METRICS_PORT" ", use metrics.port" "HEALTH_PROBE_PORT" ", use health.port" }}
{{- $seen := list }}
{{- range fromJsonArray (include "gpu-provisioner.givenEnv" .Values.controller.env) }}
{{- if hasKey $owned .name }}{{ $faults = append $faults (printf "controller.env may not set %s%s" .name (get $owned .name)) }}{{ end }}
{{- if has .name $seen }}{{ $faults = append $faults (printf "controller.env sets %s twice" .name) }}{{ end }}
{{- $seen = append $seen .name }}
{{- end }}
{{- if and (gt (int (include "gpu-provisioner.replicas" .)) 1) (eq (include "gpu-provisioner.leaderElection" .) "false") }}
{{- $faults = append $faults "without leader election (leaderElection.enabled, or LEADER_ELECT in controller.env) replicaCount must be 1" }}
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

{{- define "gpu-provisioner.devicePluginName" -}}
{{- printf "%s-nvidia-device-plugin" (include "gpu-provisioner.fullname" . | trunc 42 | trimSuffix "-") }}
{{- end }}

{{- define "gpu-provisioner.devicePluginNamespace" -}}
{{- default .Release.Namespace .Values.nvidiaDevicePlugin.namespace }}
{{- end }}

{{- define "gpu-provisioner.devicePluginSelectorLabels" -}}
app.kubernetes.io/name: nvidia-device-plugin
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: device-plugin
{{- end }}

{{- /* Why the definition of AgentPoolClasses in the cluster is left as it is; empty when this release may write it. */}}
{{- define "gpu-provisioner.foreignDefinition" -}}
{{- $live := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "agentpoolclasses.kaito.sh" }}
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
