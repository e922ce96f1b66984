import { describeCloudProvider } from '@kaito/cloud-provider/testing'
import { ApiUnreachable } from '@kaito/controller-kit'
import { createInventoryWorld } from './testing/inventory-world.ts'

const NAMES = ['gpu-1', 'gpu-2', 'gpu-3', 'gpu-4']

describeCloudProvider(
  'static inventory',
  async () => {
    const world = createInventoryWorld(Object.fromEntries(NAMES.map((name) => [name, {}])))
    for (const name of NAMES) world.join(name)
    const free = () => NAMES.find((name) => !world.assignments().has(name)) ?? 'none'
    return {
      cloud: world.cloud,
      settle: world.settle,
      plantForeign: async (name) => world.holdBack(free(), { instance: name }),
      fingerprint: async (name) => {
        const host = world.hostOf(name) ?? ''
        return { host, assignment: world.assignments().get(host), node: world.node(host) }
      },
      refusedFor: 'NoCapacity',
      refuseNextLaunch: async () => NAMES.forEach((name) => void world.holdBack(name, { instance: `held-${name}` })),
      cutOff: async () => world.cluster.failReads(new ApiUnreachable('the API server does not answer')),
      stop: async () => undefined,
    }
  },
  { adopts: false },
)
