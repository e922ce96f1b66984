import type { Pod } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { awaitedVolumes, keptVolumeClaims } from './volumes.ts'

const taint = { key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }
const attached = (nodeName: string, persistentVolumeName: string) => ({
  metadata: { name: `csi-${persistentVolumeName}` },
  spec: { nodeName, source: { persistentVolumeName } },
})

test('waits for the volumes of its own nodes', () => {
  const attachments = [attached('a', 'v2'), attached('b', 'v3'), attached('a', 'v1')]
  expect(awaitedVolumes(attachments, new Set(['a']), [])).toEqual(['v1', 'v2'])
})

test('does not wait for a volume of a pod that stays to the end (N36)', () => {
  const kept = [{ metadata: { name: 'data' }, spec: { volumeName: 'v1' } }]
  expect(awaitedVolumes([attached('a', 'v1'), attached('a', 'v2')], new Set(['a']), kept)).toEqual(['v2'])
})

test('names an attachment that has no volume of its own by itself', () => {
  const inline = { metadata: { name: 'csi-inline' }, spec: { nodeName: 'a', source: {} } }
  expect(awaitedVolumes([inline], new Set(['a']), [])).toEqual(['csi-inline'])
})

test('pods that are not asked to leave keep their volumes, made for them or not', () => {
  const volumes = [
    { name: 'data', persistentVolumeClaim: { claimName: 'shared' } },
    { name: 'scratch', ephemeral: {} },
    { name: 'tmp', emptyDir: {} },
  ]
  const daemon: Pod = {
    metadata: { name: 'agent', namespace: 'system' },
    spec: { containers: [], volumes, tolerations: [{ operator: 'Exists' }] },
  }
  const leaving: Pod = { metadata: { name: 'web', namespace: 'default' }, spec: { containers: [], volumes } }
  expect(keptVolumeClaims([daemon, leaving], taint)).toEqual([
    { namespace: 'system', name: 'shared' },
    { namespace: 'system', name: 'agent-scratch' },
  ])
})
