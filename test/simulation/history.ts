import type { ClusterAccess, KindRef, KubeObject, WatchEvent } from '@kaito/local-cluster'
import { CONFIG_MAPS, NODES, PODS } from '../../packages/controller-kit/src/index.ts'

type Kind = 'claim' | 'node' | 'pod' | 'configMap'

export interface ObjectChange {
  kind: Kind
  type: WatchEvent['type']
  object: KubeObject
  previous: KubeObject | undefined
}

/** What the API server holds now, from its own account of every change; what processes believe does not count. */
export interface History {
  claims: ReadonlyMap<string, KubeObject>
  nodes: ReadonlyMap<string, KubeObject>
  pods: ReadonlyMap<string, KubeObject>
  configMaps: ReadonlyMap<string, KubeObject>
  onChange(listener: (change: ObjectChange) => void): void
}

export function recordHistory(access: ClusterAccess, claimKind: KindRef, signal: AbortSignal): History {
  const listeners: ((change: ObjectChange) => void)[] = []

  function follow(kind: Kind, ref: KindRef): ReadonlyMap<string, KubeObject> {
    const objects = new Map<string, KubeObject>()
    const listener = ({ type, object }: WatchEvent) => {
      const { name } = object.metadata
      const previous = objects.get(name)
      if (type === 'DELETED') objects.delete(name)
      else objects.set(name, object)
      for (const tell of listeners) tell({ kind, type, object, previous })
    }
    access.watch(ref, {}, listener, signal)
    return objects
  }

  return {
    claims: follow('claim', claimKind),
    nodes: follow('node', NODES),
    pods: follow('pod', PODS),
    configMaps: follow('configMap', CONFIG_MAPS),
    onChange: (listener) => void listeners.push(listener),
  }
}

/** The condition of that type. */
export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  const { conditions = [] } = (object?.status ?? {}) as { conditions?: Condition[] }
  return conditions.find((condition) => condition.type === type)
}

export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}
