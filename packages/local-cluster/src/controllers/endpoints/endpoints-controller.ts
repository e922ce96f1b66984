import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../../cluster-access.ts'
import { keyOfObject } from '../../object-address.ts'
import type { Pod } from '../../objects/pod.ts'
import type { EndpointSlice, Endpoints, Service } from '../../objects/service.ts'
import type { WatchedObjects } from '../../objects/watched-objects.ts'
import { type Controller, itself, on, ownerKeys } from '../../reconciling/controller.ts'
import { hasLabels } from '../../selectors/label-selector.ts'
import type { ControllerContext } from '../controller-context.ts'
import { shortHash } from '../template-hash.ts'
import { podEndpoints } from './endpoint-addresses.ts'
import { wantedEndpoints, wantedSlices } from './plan.ts'

/** Keeps Endpoints and EndpointSlices of every Service that selects pods. */
export function createEndpointsController({ stores }: ControllerContext): Controller {
  const { services, pods, endpoints, endpointSlices } = stores

  async function reconcile(key: string): Promise<undefined> {
    const service = services.get(key)
    const stored = endpoints.get(key)
    if (service === undefined) {
      // The slices have an owner and go with it; Endpoints have none.
      if (stored) await endpoints.delete(stored)
      return
    }
    const { selector } = service.spec
    if (selector === undefined || service.metadata.deletionTimestamp !== undefined) return
    const selected = pods
      .byIndex('namespace', service.metadata.namespace ?? '')
      .filter(({ metadata }) => hasLabels(metadata.labels, selector))
    const found = podEndpoints(service, selected)
    await write(endpoints, stored, wantedEndpoints(service, found))
    await writeSlices(service, wantedSlices(service, found, shortHash(service.metadata.uid)))
  }

  async function writeSlices(service: Service, wanted: EndpointSlice[]): Promise<void> {
    const stored = endpointSlices.byIndex('owner', service.metadata.uid ?? '')
    for (const slice of wanted) await write(endpointSlices, endpointSlices.get(keyOfObject(slice)), slice)
    const names = new Set(wanted.map(({ metadata }) => metadata.name))
    for (const slice of stored) if (!names.has(slice.metadata.name)) await endpointSlices.delete(slice)
  }

  function servicesOfPod(pod: Pod): string[] {
    return services
      .byIndex('namespace', pod.metadata.namespace ?? '')
      .filter(({ spec }) => spec.selector !== undefined && hasLabels(pod.metadata.labels, spec.selector))
      .map(keyOfObject)
  }

  return {
    name: 'endpoints',
    reconcile,
    triggers: [
      on(services, itself),
      on(pods, (now, before) => [now, before].flatMap((pod) => (pod ? servicesOfPod(pod) : []))),
      on(endpoints, (now, before) => (before === undefined || now === undefined ? itself(now, before) : [])),
      on(endpointSlices, (now, before) => (now === undefined ? ownerKeys('Service')(before) : [])),
    ],
  }
}

/** Creates or corrects an object whose whole content is ours. */
async function write<T extends Endpoints | EndpointSlice>(
  store: WatchedObjects<T>,
  stored: T | undefined,
  wanted: T,
): Promise<void> {
  if (stored === undefined) {
    await store.create(wanted)
    return
  }
  if (isDeepStrictEqual(content(stored), content(wanted))) return
  await store.replace({ ...wanted, metadata: { ...stored.metadata, labels: wanted.metadata.labels ?? {} } })
}

function content({ metadata, ...rest }: KubeObject): object {
  return JSON.parse(JSON.stringify({ ...rest, labels: metadata.labels ?? {} }))
}
