import { JOBS, PODS } from '@kaito/controller-kit'
import { KEY, type World } from './world.ts'

const POD_KEY = 'default/phi-3-x'
const STEPS = ['data-downloader', 'trainer', 'packer', 'pusher']

/** The Job's Pod as it is once this container runs: those before it have ended well. */
export function runInPod({ cluster }: World, container: string): void {
  const { uid = '' } = cluster.get(JOBS, KEY)?.metadata ?? {}
  const statuses = STEPS.slice(0, STEPS.indexOf(container) + 1).map((name) => {
    const state = name === container ? { running: {} } : { terminated: { exitCode: 0 } }
    return { name, ready: false, restartCount: 0, state }
  })
  const isOfPod = ({ name }: { name: string }) => name === 'pusher'
  if (cluster.get(PODS, POD_KEY)) cluster.vanish(PODS, POD_KEY)
  cluster.put(PODS, {
    metadata: {
      name: 'phi-3-x',
      namespace: 'default',
      labels: { 'kaito.sh/workspace': 'phi-3' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'phi-3', uid, controller: true }],
    },
    spec: {
      initContainers: STEPS.slice(0, -1).map((name) => ({ name, image: 'a' })),
      containers: [{ name: 'pusher', image: 'a' }],
    },
    status: {
      phase: container === 'pusher' ? 'Running' : 'Pending',
      initContainerStatuses: statuses.filter((status) => !isOfPod(status)),
      containerStatuses: statuses.filter(isOfPod),
    },
  })
}
