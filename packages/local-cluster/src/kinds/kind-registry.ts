import type { KubeObject } from '../cluster-access.ts'
import type { KindDefinition, KindRegistry } from '../kind-definition.ts'
import { builtInKinds } from './built-in-kinds.ts'
import { type CustomVersion, customVersions } from './custom-kind.ts'
import { isEstablished } from './definition-status.ts'

/** The registry with what only this package's schemas, tables and documents need. */
export interface SchemaRegistry extends KindRegistry {
  /** Undefined for built-in kinds. */
  customVersion(kind: { group: string; version: string; kind: string }): CustomVersion | undefined
}

export function createKindRegistry(): SchemaRegistry {
  const builtIn = builtInKinds()
  const custom = new Map<string, CustomVersion[]>()
  const listeners = new Set<() => void>()
  let index = new KindIndex(builtIn, [])
  const rebuild = (): void => {
    index = new KindIndex(builtIn, [...custom.values()].flat())
    for (const listener of listeners) listener()
  }
  return {
    find: (group, version, plural) => index.byPlural.get(`${group}/${version}/${plural}`),
    findByKind: (group, version, kind) => index.byKind.get(`${group}/${version}/${kind}`),
    customVersion: ({ group, version, kind }) => index.customByKind.get(`${group}/${version}/${kind}`),
    all: () => index.all,
    serve: (crd: KubeObject) => {
      custom.set(crd.metadata.name, isEstablished(crd) ? customVersions(crd) : [])
      rebuild()
    },
    withdraw: (crdName) => {
      if (custom.delete(crdName)) rebuild()
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

class KindIndex {
  readonly all: KindDefinition[]
  readonly byPlural: Map<string, KindDefinition>
  readonly byKind: Map<string, KindDefinition>
  readonly customByKind: Map<string, CustomVersion>

  constructor(builtIn: KindDefinition[], custom: CustomVersion[]) {
    this.all = [...builtIn, ...custom.map(({ definition }) => definition)]
    this.byPlural = new Map(this.all.map((kind) => [`${kind.group}/${kind.version}/${kind.plural}`, kind]))
    this.byKind = new Map(this.all.map((kind) => [kindKey(kind), kind]))
    this.customByKind = new Map(custom.map((version) => [kindKey(version.definition), version]))
  }
}

function kindKey({ group, version, kind }: KindDefinition): string {
  return `${group}/${version}/${kind}`
}
