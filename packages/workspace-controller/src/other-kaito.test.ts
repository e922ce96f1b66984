import { otherKaito } from '@kaito/api'
import { DEPLOYMENTS } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'

const rivals = otherKaito('workspace')

test('looks for KAITO’s workspace controllers that are not of this installation', async () => {
  const cluster = createFakeCluster({ clock: createManualClock() })
  const deployed = (name: string, labels: Record<string, string>) =>
    cluster.put(DEPLOYMENTS, { metadata: { name, namespace: 'x', labels } })
  deployed('kaito', { 'app.kubernetes.io/name': 'workspace' })
  deployed('fork', { 'app.kubernetes.io/name': 'workspace', 'app.kubernetes.io/part-of': 'kaito' })
  deployed('ours', { 'app.kubernetes.io/name': 'workspace', 'app.kubernetes.io/part-of': 'kaito-typescript' })
  deployed('provisioner', { 'app.kubernetes.io/name': 'gpu-provisioner' })
  const found = await cluster.client.list(DEPLOYMENTS, rivals)
  expect(found.map(({ metadata }) => metadata.name)).toEqual(['kaito', 'fork'])
})

test('says how to end one', () => {
  expect(rivals.remedy({ name: 'kaito', namespace: 'x' })).toBe(
    'scale it to 0 (kubectl -n x scale deployment kaito --replicas=0) or uninstall it, see docs/coming-from-kaito.md',
  )
})
