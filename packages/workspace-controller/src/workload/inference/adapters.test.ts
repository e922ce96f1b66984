import { expect, test } from 'vitest'
import type { PresetWork } from '../../workspace/order.ts'
import { aCase, orderFor } from '../testing/rendering-cases.ts'
import { adapterParts } from './adapters.ts'

const ADAPTERS = [
  { name: 'style.formal', image: 'a:1', strength: '0.5' },
  { name: 'facts', image: 'b:1', strength: '1.0' },
]

function workWith(parts: Partial<PresetWork>): PresetWork {
  const { work } = orderFor(aCase('ws', {}))
  if (work.kind !== 'preset') throw new Error('a case of a preset')
  return { ...work, ...parts }
}

test('each adapter is copied by its own image into its own folder, which is all that the image sees', () => {
  const { initContainers, volumes, volumeMounts, env } = adapterParts(workWith({ adapters: ADAPTERS }))
  expect(
    initContainers.map(({ name, image, command, volumeMounts: mounts }) => [name, image, command, mounts]),
  ).toEqual([
    [
      'adapter-0-style-formal',
      'a:1',
      ['cp', '-r', '/data/.', '/mnt/adapter/style.formal'],
      [{ name: 'adapter-volume', mountPath: '/mnt/adapter/style.formal', subPath: 'style.formal' }],
    ],
    [
      'adapter-1-facts',
      'b:1',
      ['cp', '-r', '/data/.', '/mnt/adapter/facts'],
      [{ name: 'adapter-volume', mountPath: '/mnt/adapter/facts', subPath: 'facts' }],
    ],
  ])
  expect(volumes).toEqual([{ name: 'adapter-volume', emptyDir: {} }])
  expect(volumeMounts).toEqual([{ name: 'adapter-volume', mountPath: '/mnt/adapter' }])
  expect(env).toEqual([
    { name: 'style.formal', value: '0.5' },
    { name: 'facts', value: '1.0' },
  ])
})

test('what copies an adapter meets the restricted Pod Security Standard, and pulls what was pushed last', () => {
  for (const { securityContext, imagePullPolicy } of adapterParts(workWith({ adapters: ADAPTERS })).initContainers) {
    expect(imagePullPolicy).toBe('Always')
    expect(securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    })
  }
})

test('with image volumes nothing is copied', () => {
  expect(adapterParts(workWith({ adapters: ADAPTERS, mountsAdapters: true }))).toEqual({
    initContainers: [],
    volumes: [
      { name: 'adapter-0', image: { reference: 'a:1', pullPolicy: 'Always' } },
      { name: 'adapter-1', image: { reference: 'b:1', pullPolicy: 'Always' } },
    ],
    volumeMounts: [
      { name: 'adapter-0', mountPath: '/mnt/adapter/style.formal', subPath: 'data', readOnly: true },
      { name: 'adapter-1', mountPath: '/mnt/adapter/facts', subPath: 'data', readOnly: true },
    ],
    env: [
      { name: 'style.formal', value: '0.5' },
      { name: 'facts', value: '1.0' },
    ],
  })
})

test.each([
  ['a'.repeat(63), `adapter-0-${'a'.repeat(53)}`],
  [`${'a'.repeat(52)}-b`, `adapter-0-${'a'.repeat(52)}`],
  ['a.b-c', 'adapter-0-a-b-c'],
])('the container of the adapter %s has a name that Kubernetes takes: %s', (name, container) => {
  const [first] = adapterParts(workWith({ adapters: [{ name, image: 'a:1', strength: '1' }] })).initContainers
  expect(first?.name).toBe(container)
  expect(first?.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
})
