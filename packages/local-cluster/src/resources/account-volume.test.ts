import { expect, test } from 'vitest'
import type { KubeObject } from '../cluster-access.ts'
import { accountFields } from './account-volume.ts'

const account = (fields: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'a' },
  ...fields,
})
const MOUNT = {
  name: 'kube-api-access-xyz',
  readOnly: true,
  mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
}
const added = (spec: Record<string, unknown>, found: KubeObject | undefined = account()) =>
  accountFields({ containers: [{ name: 'c' }], ...spec }, { account: found, nameSuffix: () => 'xyz' })

test('mounts the credentials of the account into every container', () => {
  expect(added({ initContainers: [{ name: 'i' }] })).toMatchObject({
    containers: [{ volumeMounts: [MOUNT] }],
    initContainers: [{ volumeMounts: [MOUNT] }],
    volumes: [{ name: MOUNT.name }],
  })
})

test.each<[rule: string, spec: Record<string, unknown>, found: KubeObject]>([
  ['the pod', { automountServiceAccountToken: false }, account()],
  ['its account', {}, account({ automountServiceAccountToken: false })],
])('leaves them out when %s says so', (_rule, spec, found) => expect(added(spec, found)).toEqual({}))

test('leaves a container alone that mounts something there', () => {
  const own = { name: 'c', volumeMounts: [{ name: 'v', mountPath: MOUNT.mountPath }] }
  expect(added({ containers: [own] })).toEqual({ containers: [own] })
})

test('takes over the pull secrets of the account unless the pod has its own', () => {
  const found = account({ automountServiceAccountToken: false, imagePullSecrets: [{ name: 'pull' }] })
  expect(added({}, found)).toEqual({ imagePullSecrets: [{ name: 'pull' }] })
  expect(added({ imagePullSecrets: [{ name: 'own' }] }, found)).toEqual({})
})
