import type { KindDefinition } from '../kind-definition.ts'
import { apiVersionOf } from '../object-address.ts'
import type { DiscoveredResource } from './discovered-resource.ts'
import { reviewResources } from './reviews.ts'

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const PART_VERBS = ['get', 'patch', 'update']
const POD_PARTS: [name: string, kind: [group: string, version: string, kind: string], verbs: string[]][] = [
  ['pods/binding', ['', 'v1', 'Binding'], ['create']],
  ['pods/eviction', ['policy', 'v1', 'Eviction'], ['create']],
  ['pods/log', ['', 'v1', 'Pod'], ['get']],
  ['pods/proxy', ['', 'v1', 'PodProxyOptions'], ['create', 'delete', 'get', 'patch', 'update']],
]
const OTHER_PARTS: Record<string, typeof POD_PARTS> = {
  '/pods': POD_PARTS,
  '/services': [['services/proxy', ['', 'v1', 'ServiceProxyOptions'], ['create', 'delete', 'get', 'patch', 'update']]],
  '/serviceaccounts': [['serviceaccounts/token', ['authentication.k8s.io', 'v1', 'TokenRequest'], ['create']]],
  '/namespaces': [['namespaces/finalize', ['', 'v1', 'Namespace'], ['update']]],
}

export function discoveredResources(kinds: KindDefinition[]): DiscoveredResource[] {
  return [...kinds.flatMap((kind) => [resource(kind), ...parts(kind)]), ...reviewResources()]
}

function resource(kind: KindDefinition): DiscoveredResource {
  const { group, version, plural, singular, namespaced, shortNames, categories } = kind
  return { group, version, name: plural, singular, namespaced, kind, verbs: VERBS, shortNames, categories }
}

function parts(kind: KindDefinition): DiscoveredResource[] {
  const { group, version, plural, namespaced, subresources } = kind
  const part = (name: string, of: { group: string; version: string; kind: string }, verbs = PART_VERBS) =>
    ({ group, version, name, singular: '', namespaced, kind: of, verbs }) satisfies DiscoveredResource
  const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' }
  return [
    ...(subresources.status ? [part(`${plural}/status`, kind)] : []),
    ...(subresources.scale === undefined ? [] : [part(`${plural}/scale`, scale)]),
    ...(OTHER_PARTS[`${group}/${plural}`] ?? []).map(([name, [ofGroup, ofVersion, ofKind], verbs]) =>
      part(name, { group: ofGroup, version: ofVersion, kind: ofKind }, verbs),
    ),
  ]
}

/** Groups in the order they are served, each with its versions, preferred first; without the core group. */
function groupVersions(resources: DiscoveredResource[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { group, version } of resources) {
    const versions = groups.get(group) ?? []
    if (!versions.includes(version)) versions.push(version)
    groups.set(group, versions)
  }
  for (const versions of groups.values()) versions.sort(byVersionPriority)
  return groups
}

/** Stable before beta before alpha, higher numbers first. */
function byVersionPriority(left: string, right: string): number {
  const rank = (version: string) => {
    const {
      major = '0',
      level,
      minor = '0',
    } = /^v(?<major>\d+)(?:(?<level>alpha|beta)(?<minor>\d+))?$/.exec(version)?.groups ?? {}
    return [level === undefined ? 2 : level === 'beta' ? 1 : 0, Number(major), Number(minor)] as const
  }
  const [a, b] = [rank(left), rank(right)]
  return b[0] - a[0] || b[1] - a[1] || b[2] - a[2]
}

/** Body of `/apis`, or of `/apis/<group>` when one is named; undefined for a group that is not served. */
export function apiGroups(resources: DiscoveredResource[]): object {
  const groups = [...groupVersions(resources).keys()].filter((group) => group !== '')
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupFacts(resources, group)) }
}

export function apiGroup(resources: DiscoveredResource[], group: string): object | undefined {
  const facts = groupFacts(resources, group)
  return facts === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...facts }
}

function groupFacts(resources: DiscoveredResource[], group: string): object | undefined {
  const versions = groupVersions(resources).get(group)
  if (versions === undefined) return undefined
  const named = versions.map((version) => ({ groupVersion: apiVersionOf({ group, version }), version }))
  return { name: group, versions: named, preferredVersion: named[0] }
}

/** Body of `/api/v1` or `/apis/<group>/<version>`; undefined when it is not served. */
export function resourceList(resources: DiscoveredResource[], group: string, version: string): object | undefined {
  const found = resources.filter((one) => one.group === group && one.version === version)
  if (found.length === 0) return undefined
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: found.map(({ name, singular, namespaced, kind, verbs, shortNames = [], categories = [] }) => ({
      name,
      singularName: singular,
      namespaced,
      ...(kind.group === group && kind.version === version ? {} : { group: kind.group, version: kind.version }),
      kind: kind.kind,
      verbs,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
    })),
  }
}

/** Body of `/api` (core group only) or `/apis` when the client accepts aggregated discovery. */
export function aggregatedDiscovery(resources: DiscoveredResource[], root: 'api' | 'apis', version: string): object {
  const groups = [...groupVersions(resources)].filter(([group]) => (group === '') === (root === 'api'))
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(([group, versions]) => ({
      metadata: { ...(group === '' ? {} : { name: group }), creationTimestamp: null },
      versions: versions.map((one) => ({
        version: one,
        resources: aggregatedResources(resources.filter((found) => found.group === group && found.version === one)),
        freshness: 'Current',
      })),
    })),
  }
}

function aggregatedResources(resources: DiscoveredResource[]): object[] {
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((resource) => {
      const subresources = resources.filter(({ name }) => name.startsWith(`${resource.name}/`))
      const { name, kind, namespaced, singular, verbs, shortNames = [], categories = [] } = resource
      return {
        resource: name,
        responseKind: kindFacts(kind),
        scope: namespaced ? 'Namespaced' : 'Cluster',
        singularResource: singular,
        verbs,
        ...(shortNames.length === 0 ? {} : { shortNames }),
        ...(categories.length === 0 ? {} : { categories }),
        ...(subresources.length === 0 ? {} : { subresources: subresources.map(aggregatedPart) }),
      }
    })
}

function aggregatedPart({ name, kind, verbs }: DiscoveredResource): object {
  return { subresource: name.slice(name.indexOf('/') + 1), responseKind: kindFacts(kind), verbs }
}

function kindFacts({ group, version, kind }: { group: string; version: string; kind: string }): object {
  return { group, version, kind }
}
