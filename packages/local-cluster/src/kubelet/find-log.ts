import type { Pod } from '../objects/pod.ts'
import type { WatchedObjects } from '../objects/watched-objects.ts'
import type { LogServerOptions } from './log-server.ts'
import type { PodRun } from './pod-run.ts'

/** Finds the log of a container, or says why there is none in the words of the kubelet. */
export function findLog(
  pods: WatchedObjects<Pod>,
  runOf: (uid: string) => PodRun | undefined,
): LogServerOptions['find'] {
  return ({ namespace, pod: name, container, previous }) => {
    const pod = pods.get(`${namespace}/${name}`)
    if (pod === undefined) return `pod "${name}" does not exist`
    const run = runOf(pod.metadata.uid ?? '')
    if (run === undefined) return `the simulated kubelet no longer has logs of pod "${name}"`
    const found = run.container(container)
    if (found === undefined) return `container "${container}" not found in pod "${name}"`
    return found.log(previous) ?? `previous terminated container "${container}" in pod "${name}" not found`
  }
}
