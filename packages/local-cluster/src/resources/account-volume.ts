import type { KubeObject } from '../cluster-access.ts'
import { isJsonObject, type JsonObject, listAt, objectsAt, stringAt, valueAt } from '../json.ts'

const PREFIX = 'kube-api-access-'
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Token, certificate authority and namespace, as a pod finds them to talk to the API. */
const SOURCES = [
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  {
    downwardAPI: {
      items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
    },
  },
]

/** The fields of a pod's spec by which its containers find the credentials of its account. */
export function accountFields(
  spec: JsonObject,
  { account, nameSuffix }: { account: KubeObject | undefined; nameSuffix: () => string },
): JsonObject {
  return { ...pullSecrets(spec, account), ...credentials(spec, account, nameSuffix) }
}

function pullSecrets(spec: JsonObject, account: KubeObject | undefined): JsonObject {
  const secrets = objectsAt(account, 'imagePullSecrets')
  if (listAt(spec, 'imagePullSecrets').length > 0 || secrets.length === 0) return {}
  return { imagePullSecrets: secrets.map((secret) => ({ name: stringAt(secret, 'name') })) }
}

function credentials(spec: JsonObject, account: KubeObject | undefined, nameSuffix: () => string): JsonObject {
  const wanted = spec.automountServiceAccountToken ?? valueAt(account, 'automountServiceAccountToken') ?? true
  if (wanted !== true) return {}
  const volumes = listAt(spec, 'volumes')
  const own = volumes.map((volume) => stringAt(volume, 'name')).find((name) => name.startsWith(PREFIX))
  const name = own ?? `${PREFIX}${nameSuffix()}`
  const lists = ['initContainers', 'containers'].filter((list) => objectsAt(spec, list).length > 0)
  const mounted = Object.fromEntries(lists.map((list) => [list, listAt(spec, list).map((one) => withMount(one, name))]))
  const isNeeded = lists.some((list) => listAt(spec, list).some((container) => !mounts(container)))
  if (!isNeeded || own !== undefined) return mounted
  return { ...mounted, volumes: [...volumes, { name, projected: { sources: SOURCES, defaultMode: 0o644 } }] }
}

function mounts(container: unknown): boolean {
  return objectsAt(container, 'volumeMounts').some(({ mountPath }) => mountPath === MOUNT_PATH)
}

function withMount(container: unknown, name: string): unknown {
  if (!isJsonObject(container) || mounts(container)) return container
  const mount = { name, readOnly: true, mountPath: MOUNT_PATH }
  return { ...container, volumeMounts: [...listAt(container, 'volumeMounts'), mount] }
}
