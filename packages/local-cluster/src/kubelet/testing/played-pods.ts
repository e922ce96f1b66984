import { Agent, fetch } from 'undici'
import { afterEach, vi } from 'vitest'
import type { ClusterAccess } from '../../cluster-access.ts'
import { type LocalCluster, type LocalClusterOptions, startLocalCluster } from '../../local-cluster.ts'
import { CONFIG_MAPS, EVENTS, NODES, PODS, SECRETS } from '../../objects/kinds.ts'
import type { ContainerState, Pod, PodSpec } from '../../objects/pod.ts'
import { KUBELET_ADDRESS } from '../../simulation-annotations.ts'
import { eventually, eventuallyOne } from '../../testing/eventually.ts'
import { aNode } from '../../testing/objects.ts'
import type { KubeletTimings } from '../kubelet-timings.ts'

const QUICK: Partial<KubeletTimings> = {
  pullMs: 1,
  loadMs: 1,
  trainMs: 1,
  crashBackOffMs: 1,
  pullBackOffMs: 5,
  retryMs: 5,
  refreshMs: 5,
  probeFactor: 0.01,
}

interface PodParts extends Partial<PodSpec> {
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

const inDefault = (name: string) => ({ name, namespace: 'default' })

/** The cluster of one test: one simulated machine, and pods on it. */
export class PlayedPods {
  readonly cluster: LocalCluster
  #stopped: Promise<void> | undefined

  constructor(cluster: LocalCluster) {
    this.cluster = cluster
  }

  get access(): ClusterAccess {
    return this.cluster.access
  }

  /** Ends the cluster; called again it waits for the same end. */
  stop(): Promise<void> {
    this.#stopped ??= this.cluster.stop()
    return this.#stopped
  }

  /** Creates a pod on the machine. */
  async create(name: string, { labels = {}, annotations = {}, ...spec }: PodParts): Promise<void> {
    const containers = spec.containers ?? [{ name: 'main', image: 'busybox', command: ['true'] }]
    await this.access.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...inDefault(name), labels, annotations },
      spec: { restartPolicy: 'Never', nodeName: 'machine', terminationGracePeriodSeconds: 1, ...spec, containers },
    })
  }

  until(name: string, isWanted: (pod: Pod) => boolean): Promise<Pod> {
    return eventuallyOne(this.access, PODS, { ref: inDefault(name), isWanted })
  }

  /** Resolves with the end of the pod's main container. */
  async end(name: string): Promise<NonNullable<ContainerState['terminated']>> {
    const pod = await this.until(name, ({ status }) => ['Succeeded', 'Failed'].includes(status?.phase ?? ''))
    const all = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
    const ends = all.flatMap(({ state }) => (state.terminated ? [state.terminated] : []))
    const end = ends.find(({ exitCode }) => exitCode !== 0) ?? ends.at(-1)
    if (end === undefined) throw new Error(`pod ${name} has ended without running`)
    return end
  }

  /** Creates a pod and resolves with its end. */
  async run(name: string, parts: PodParts): Promise<NonNullable<ContainerState['terminated']>> {
    await this.create(name, parts)
    return this.end(name)
  }

  /** Resolves once the container of the pod waits for this reason. */
  async waits(name: string, reason: string): Promise<string | undefined> {
    const stateOf = ({ status }: Pod) => status?.containerStatuses?.[0]?.state.waiting
    return stateOf(await this.until(name, (pod) => stateOf(pod)?.reason === reason))?.message
  }

  /** Resolves with the message of an event of this reason. */
  async told(reason: string): Promise<string> {
    const events = await eventually(this.access, EVENTS, (all) => all.some((event) => event.reason === reason))
    return String(events.find((event) => event.reason === reason)?.message)
  }

  async secret(name: string, data: Record<string, string>, type = 'Opaque'): Promise<void> {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])
    const metadata = inDefault(name)
    const object = { apiVersion: 'v1', kind: 'Secret', metadata, type, data: Object.fromEntries(encoded) }
    if (await this.access.get(SECRETS, metadata)) await this.access.mergePatch(SECRETS, metadata, { data: object.data })
    else await this.access.create(SECRETS, object)
  }

  async configMap(name: string, data: Record<string, string>): Promise<void> {
    await this.access.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: inDefault(name), data })
  }

  async log(name: string, container = 'main'): Promise<string> {
    const node = await this.access.get(NODES, { name: 'machine' })
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
    const path = `containerLogs/default/${name}/${container}`
    const answer = await fetch(`https://${node?.metadata.annotations?.[KUBELET_ADDRESS]}/${path}`, { dispatcher })
    const text = await answer.text()
    await dispatcher.close()
    return text
  }
}

/** Makes the function by which the tests of a file start their cluster; each ends with its test. */
export function podsPerTest(): (options?: LocalClusterOptions) => Promise<PlayedPods> {
  vi.setConfig({ testTimeout: 20_000 })
  const running: PlayedPods[] = []
  afterEach(async () => {
    for (const pods of running.splice(0)) await pods.stop()
  })
  return async ({ kubelet, ...options } = {}) => {
    const timings = typeof kubelet === 'object' ? { ...QUICK, ...kubelet } : (kubelet ?? QUICK)
    const cluster = await startLocalCluster({ ...options, kubelet: timings })
    const pods = new PlayedPods(cluster)
    running.push(pods)
    await cluster.access.create(NODES, aNode({ name: 'machine', gpus: 2 }))
    return pods
  }
}
