import type { z } from 'zod'
import { agentPoolClassSchema } from '../agent-pool-class.ts'
import { machineSchema } from '../machine.ts'
import { nodeClaimSchema } from '../node-claim.ts'
import { workspaceSchema } from '../workspace/workspace.ts'
import { structuralSchema } from './structural-schema.ts'

interface Column {
  name: string
  type: 'string' | 'date' | 'integer'
  jsonPath: string
  priority?: number
}

interface Kind {
  group: string
  /** What is served, all of one schema; objects are stored in the first. */
  versions: [stored: string, ...others: string[]]
  kind: string
  plural: string
  shortNames: string[]
  categories: string[]
  scope: 'Namespaced' | 'Cluster'
  schema: z.ZodType
  description: string
  columns: Column[]
}

const AGE: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

function conditionColumn(name: string, condition: string): Column {
  return { name, type: 'string', jsonPath: `.status.conditions[?(@.type=="${condition}")].status` }
}

function labelColumn(name: string, label: string): Column {
  return { name, type: 'string', jsonPath: `.metadata.labels.${label.replaceAll('.', '\\.')}` }
}

const READINESS = '.status.conditions[?(@.type=="WorkspaceReady")]'

const WORKSPACE: Kind = {
  group: 'kaito.sh',
  versions: ['v1alpha1', 'v1beta1'],
  kind: 'Workspace',
  plural: 'workspaces',
  shortNames: ['wk', 'wks'],
  categories: ['workspace'],
  scope: 'Namespaced',
  schema: workspaceSchema,
  description: 'A model, served or tuned on GPU nodes that are made for it and given back with it.',
  columns: [
    { name: 'Instance', type: 'string', jsonPath: '.resource.instanceType' },
    conditionColumn('ResourceReady', 'ResourceReady'),
    conditionColumn('InferenceReady', 'InferenceReady'),
    conditionColumn('WorkspaceReady', 'WorkspaceReady'),
    AGE,
    ...[
      conditionColumn('JobStarted', 'JobStarted'),
      conditionColumn('WorkspaceSucceeded', 'WorkspaceSucceeded'),
      { name: 'State', type: 'string', jsonPath: '.status.state' } as const,
      { name: 'Nodes', type: 'integer', jsonPath: '.status.targetNodeCount' } as const,
      { name: 'Preset', type: 'string', jsonPath: '.*.preset.name' } as const,
      { name: 'Reason', type: 'string', jsonPath: `${READINESS}.reason` } as const,
      { name: 'Message', type: 'string', jsonPath: `${READINESS}.message` } as const,
    ].map((column) => ({ ...column, priority: 1 })),
  ],
}

const MACHINE: Kind = {
  group: 'karpenter.sh',
  versions: ['v1alpha5'],
  kind: 'Machine',
  plural: 'machines',
  shortNames: [],
  categories: ['karpenter'],
  scope: 'Cluster',
  schema: machineSchema,
  description: 'A claim for one node.',
  columns: [
    labelColumn('Type', 'node.kubernetes.io/instance-type'),
    labelColumn('Zone', 'topology.kubernetes.io/zone'),
    { name: 'Node', type: 'string', jsonPath: '.status.nodeName' },
    conditionColumn('Ready', 'Ready'),
    AGE,
    { ...labelColumn('Capacity', 'karpenter.sh/capacity-type'), priority: 1 },
    { ...labelColumn('Provisioner', 'karpenter.sh/provisioner-name'), priority: 1 },
    { name: 'Template', type: 'string', jsonPath: '.spec.machineTemplateRef.name', priority: 1 },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Message', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
}

/** The first step that is not met says why a claim is not ready; its `Ready` only counts them. */
const FIRST_UNMET = '.status.conditions[?(@.status!="True")]'

const NODE_CLAIM: Kind = {
  group: 'karpenter.sh',
  versions: ['v1'],
  kind: 'NodeClaim',
  plural: 'nodeclaims',
  shortNames: [],
  categories: ['karpenter'],
  scope: 'Cluster',
  schema: nodeClaimSchema,
  description: 'A claim for one node.',
  columns: [
    labelColumn('Type', 'node.kubernetes.io/instance-type'),
    labelColumn('Capacity', 'karpenter.sh/capacity-type'),
    labelColumn('Zone', 'topology.kubernetes.io/zone'),
    { name: 'Node', type: 'string', jsonPath: '.status.nodeName' },
    conditionColumn('Ready', 'Ready'),
    AGE,
    { name: 'ImageID', type: 'string', jsonPath: '.status.imageID', priority: 1 },
    { name: 'ID', type: 'string', jsonPath: '.status.providerID', priority: 1 },
    { ...labelColumn('NodePool', 'karpenter.sh/nodepool'), priority: 1 },
    { name: 'NodeClass', type: 'string', jsonPath: '.spec.nodeClassRef.name', priority: 1 },
    { ...conditionColumn('Drifted', 'Drifted'), priority: 1 },
    { name: 'Reason', type: 'string', jsonPath: `${FIRST_UNMET}.reason` },
    { name: 'Message', type: 'string', jsonPath: `${FIRST_UNMET}.message`, priority: 1 },
  ],
}

const AGENT_POOL_CLASS: Kind = {
  group: 'kaito.sh',
  versions: ['v1alpha1'],
  kind: 'AgentPoolClass',
  plural: 'agentpoolclasses',
  shortNames: [],
  categories: ['karpenter'],
  scope: 'Cluster',
  schema: agentPoolClassSchema,
  description: 'Settings for the nodes of the claims that name this class; a claim without one gets the defaults.',
  columns: [
    { name: 'Priority', type: 'string', jsonPath: '.spec.priority' },
    { name: 'Zones', type: 'string', jsonPath: '.spec.zones' },
    { name: 'OS', type: 'string', jsonPath: '.spec.osSKU' },
    AGE,
    { name: 'Subnet', type: 'string', jsonPath: '.spec.subnetId', priority: 1 },
  ],
}

const KINDS = [WORKSPACE, AGENT_POOL_CLASS, MACHINE, NODE_CLAIM]

/** The CustomResourceDefinitions of this product, by the name of their file in `crds/`. */
export function customResourceDefinitions(): Record<string, object> {
  return Object.fromEntries(KINDS.map((kind) => [`${kind.group}_${kind.plural}.yaml`, definition(kind)]))
}

function definition(kind: Kind): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${kind.group}` },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
        categories: kind.categories,
      },
      scope: kind.scope,
      versions: kind.versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        ...(kind !== AGENT_POOL_CLASS && { subresources: { status: {} } }),
        additionalPrinterColumns: kind.columns,
        schema: { openAPIV3Schema: rootSchema(kind) },
      })),
      ...(kind.versions.length > 1 && { conversion: { strategy: 'None' } }),
    },
  }
}

function rootSchema(kind: Kind): object {
  const schema = structuralSchema(kind.schema)
  return {
    ...schema,
    description: kind.description,
    properties: {
      apiVersion: { type: 'string', description: 'Version of this form of the object.' },
      kind: { type: 'string', description: 'Kind of the object.' },
      metadata: { type: 'object' },
      ...schema.properties,
    },
  }
}
