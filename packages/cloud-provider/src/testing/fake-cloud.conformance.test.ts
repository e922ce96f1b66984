import { CloudError } from '../cloud-error.ts'
import { describeCloudProvider } from './conformance.ts'
import { createFakeCloud } from './fake-cloud.ts'

describeCloudProvider('fake cloud', async () => {
  const clock = { time: 0, now: () => clock.time }
  const cloud = createFakeCloud({ clock })
  const refuse = (reason: 'QuotaExceeded' | 'CloudUnreachable') => new CloudError(reason, 'injected')
  return {
    cloud,
    settle: async () => {
      clock.time += 600_000
    },
    plantForeign: async (name) => cloud.plant({ name }),
    plantKaito: async (name) => {
      cloud.plant({ name, madeByKaito: true })
      return `fake:///${name}`
    },
    fingerprint: async (name) => cloud.instances().find((instance) => instance.name === name),
    refuseNextLaunch: async () => cloud.inject({ do: 'refuse', on: 'launch', error: refuse('QuotaExceeded') }),
    cutOff: async () => {
      for (const on of ['get', 'list', 'launch', 'terminate', 'adopt', 'health'] as const) {
        cloud.inject({ do: 'refuse', on, error: refuse('CloudUnreachable') })
      }
    },
    stop: async () => undefined,
  }
})
