import { type AgentPoolClass, type AgentPoolClassSpec, agentPoolClassSchema } from '@kaito/api'
import type { Cache, Resource } from '@kaito/controller-kit'
import { remembered } from '../remembered.ts'

export const AGENT_POOL_CLASSES: Resource<AgentPoolClass> = {
  group: 'kaito.sh',
  version: 'v1alpha1',
  plural: 'agentpoolclasses',
  kind: 'AgentPoolClass',
  namespaced: false,
}

/**
 * What is known of the class that a claim names. `fault` tells what of a stored class cannot be read: an older schema let
 * it in. `unknown` is not absent: the first list of classes is under way.
 */
export type FoundClass =
  | { found: true; spec: AgentPoolClassSpec; fault?: string | undefined }
  | { found: false; name: string; why: 'unknown' | 'missing' | 'notInstalled' }

/** The class of a claim that names none. */
export const NO_CLASS: FoundClass = { found: true, spec: {} }

/** Where the classes come from that claims name. */
export interface ClassSource {
  find(name: string): FoundClass
  /** Calls back with the name of each class that appeared, changed or went. */
  onChange(listener: (name: string) => void): void
}

/** Where claims name no class with settings. */
export const NO_CLASSES: ClassSource = {
  find: (name) => ({ found: false, name, why: 'notInstalled' }),
  onChange: () => undefined,
}

/**
 * Classes of a cache. `isInstalled` is false while the API server does not serve the kind at all: then a claim that names
 * a class is told so, and one that names none needs no class.
 */
export function createClassSource(cache: Cache<AgentPoolClass>, isInstalled: () => boolean): ClassSource {
  const read = remembered(readClass)
  return {
    find(name) {
      const stored = cache.get(name)
      if (stored) return read(stored)
      if (cache.synced()) return { found: false, name, why: 'missing' }
      return { found: false, name, why: isInstalled() ? 'unknown' : 'notInstalled' }
    },
    onChange: (listener) => cache.onChange(({ object }) => listener(object.metadata.name)),
  }
}

function readClass({ metadata, spec = {} }: AgentPoolClass): FoundClass {
  const { error, data } = agentPoolClassSchema.safeParse({ spec })
  if (!error) return { found: true, spec: data.spec ?? {} }
  const [issue] = error.issues
  const field = issue?.path.join('.') ?? 'spec'
  return {
    found: true,
    spec: {},
    fault: `the AgentPoolClass ${metadata.name} cannot be read: ${field}: ${issue?.message}`,
  }
}
