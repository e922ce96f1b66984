import type { Workspace } from '@kaito/api'
import { JOBS, type KubernetesObject, type Resource, SERVICES, STATEFUL_SETS } from '@kaito/controller-kit'
import { MACHINES } from '@kaito/node-provisioner'
import { aLiving } from './living.ts'
import type { World } from './world.ts'

interface Kind {
  parts: Partial<Workspace>
  resource: Resource<KubernetesObject & { spec?: unknown }>
  plural: string
  finish: (world: World) => void
}

const SPREAD: Kind = {
  parts: {
    resource: { count: 2, instanceType: 'Standard_NC24ads_A100_v4', labelSelector: { matchLabels: {} } },
    inference: {
      preset: { name: 'llama-2-13b-chat', accessMode: 'private', presetOptions: { image: 'registry.example/llama:1' } },
    },
  },
  resource: STATEFUL_SETS,
  plural: 'statefulsets',
  finish: (world) => world.startModel(),
}
export const TUNING: Kind = {
  parts: {
    tuning: {
      preset: { name: 'phi-3-mini-4k-instruct', accessMode: 'public' },
      method: 'lora',
      input: { urls: ['https://example.com/data.parquet'] },
      output: { image: 'registry.example/out:1', imagePushSecret: 'push' },
    },
  },
  resource: JOBS,
  plural: 'jobs',
  finish: (world) => world.endJob('Complete'),
}
export const KINDS: [name: string, kind: Kind][] = [
  ['StatefulSet', SPREAD],
  ['Job', TUNING],
]

export function aWorldOf({ parts }: Kind): World {
  const world = aLiving(parts)
  world.prepareTuning()
  return world
}

/** Passes and the deeds of others until the workload stands. */
export async function toWorkload({ pass, serveClaims }: World): Promise<void> {
  await pass()
  await pass()
  serveClaims()
  await pass()
}

export async function toEnd(world: World, { finish }: Kind): Promise<void> {
  await toWorkload(world)
  finish(world)
  await world.pass()
}

/** What is there, without identities and times. */
export function facts({ cluster, workspace }: World, { resource }: Kind) {
  return {
    machines: cluster
      .list(MACHINES)
      .map(({ metadata }) => metadata.name)
      .sort(),
    workloads: cluster.list(resource).map(({ spec }) => spec),
    services: cluster.list(SERVICES).map(({ metadata, spec }) => [metadata.name, spec]),
    state: workspace()?.status?.state,
    conditions: workspace()?.status?.conditions?.map(({ type, status, reason }) => [type, status, reason]),
  }
}
