import fc from 'fast-check'
import { expect, test } from 'vitest'
import { templateFault } from './pod-template.ts'

const SERVER = { name: 'server', image: 'registry.example/server:1' }

const withSpec = (parts: Record<string, unknown>) => ({ spec: { containers: [SERVER], ...parts } })
const withContainer = (parts: Record<string, unknown>) => withSpec({ containers: [{ ...SERVER, ...parts }] })
const secured = (securityContext: Record<string, unknown>) => withContainer({ securityContext })
const requiring = (nodeSelectorTerms: unknown) => {
  const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms }
  return withSpec({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution } } })
}

test.each<[what: string, template: Record<string, unknown>, path: string, says: string]>([
  ['no spec', {}, 'spec', 'needs a spec with containers'],
  ['no containers', { spec: {} }, 'spec.containers', 'at least one container'],
  ['an empty list of containers', withSpec({ containers: [] }), 'spec.containers', 'at least one container'],
  ['a container that is none', withSpec({ containers: ['a'] }), 'spec.containers[0]', 'with name and image'],
  [
    'a container without a name',
    withSpec({ containers: [{ image: 'a' }] }),
    'spec.containers[0].name',
    'needs a name: lower-case letters',
  ],
  ['a name that is none', withContainer({ name: 'My Server' }), 'spec.containers[0].name', 'rename it'],
  ['a container without an image', withContainer({ image: undefined }), 'spec.containers[0].image', 'needs an image'],
  [
    'an image that is none',
    withContainer({ image: 'a b' }),
    'spec.containers[0].image',
    'write registry/repository:tag',
  ],
  ['two containers of one name', withSpec({ initContainers: [SERVER] }), 'spec.containers', 'a name of its own'],
  ['another object', { kind: 'Pod', spec: { containers: [SERVER] } }, 'kind', 'is no field of a pod template'],
  [
    'a label that is no string',
    { metadata: { labels: { a: 1 } }, spec: { containers: [SERVER] } },
    'metadata.labels.a',
    'as a string, in quotes',
  ],
  [
    'a finalizer',
    { metadata: { finalizers: ['a/b'] }, spec: { containers: [SERVER] } },
    'metadata.finalizers',
    'leave it out',
  ],
  [
    'a path of the node',
    withSpec({ volumes: [{ name: 'a', hostPath: { path: '/' } }] }),
    'spec.volumes[0].hostPath',
    '',
  ],
  ['a kind of volume of a cloud', withSpec({ volumes: [{ name: 'a', nfs: {} }] }), 'spec.volumes[0].nfs', 'emptyDir'],
  ['a volume without a name', withSpec({ volumes: [{ emptyDir: {} }] }), 'spec.volumes[0].name', 'needs a name'],
  ["the node's network", withSpec({ hostNetwork: true }), 'spec.hostNetwork', 'leave it out'],
  ["the node's processes", withSpec({ hostPID: true }), 'spec.hostPID', 'leave it out'],
  ["the node's shared memory", withSpec({ hostIPC: true }), 'spec.hostIPC', 'leave it out'],
  [
    "a port of the node's",
    withContainer({ ports: [{ containerPort: 80, hostPort: 80 }] }),
    'spec.containers[0].ports[0].hostPort',
    'leave it out',
  ],
  [
    'a port that is none',
    withContainer({ ports: [{ containerPort: 0 }] }),
    'spec.containers[0].ports[0].containerPort',
    '1',
  ],
  ['all rights', secured({ privileged: true }), 'spec.containers[0].securityContext.privileged', 'takes over the node'],
  [
    'a way to more rights',
    secured({ allowPrivilegeEscalation: true }),
    'spec.containers[0].securityContext.allowPrivilegeEscalation',
    'leave it out',
  ],
  [
    'a capability',
    secured({ capabilities: { add: ['NET_BIND_SERVICE', 'SYS_ADMIN'] } }),
    'spec.containers[0].securityContext.capabilities.add[1]',
    'remove it',
  ],
  ['all of /proc', secured({ procMount: 'Unmasked' }), 'spec.containers[0].securityContext.procMount', '/proc'],
  [
    'no filter of system calls',
    secured({ seccompProfile: { type: 'Unconfined' } }),
    'spec.containers[0].securityContext.seccompProfile.type',
    'RuntimeDefault',
  ],
  [
    'no AppArmor',
    withSpec({ securityContext: { appArmorProfile: { type: 'Unconfined' } } }),
    'spec.securityContext.appArmorProfile.type',
    'RuntimeDefault',
  ],
  [
    'a parameter of the kernel',
    withSpec({ securityContext: { sysctls: [{ name: 'a', value: '1' }] } }),
    'spec.securityContext.sysctls[0]',
    'leave it out',
  ],
  [
    'a SELinux label',
    secured({ seLinuxOptions: { type: 'spc_t' } }),
    'spec.containers[0].securityContext.seLinuxOptions',
    'leave it out',
  ],
  [
    'all rights before the start',
    withSpec({ initContainers: [{ name: 'a', image: 'a', securityContext: { privileged: true } }] }),
    'spec.initContainers[0].securityContext.privileged',
    'takes over the node',
  ],
  [
    'a probe of another host',
    withContainer({ livenessProbe: { httpGet: { host: '169.254.169.254', port: 80 } } }),
    'spec.containers[0].livenessProbe.httpGet.host',
    'another host',
  ],
  [
    'an action on another host',
    withContainer({ lifecycle: { postStart: { tcpSocket: { host: '10.0.0.1', port: 80 } } } }),
    'spec.containers[0].lifecycle.postStart.tcpSocket.host',
    'another host',
  ],
  ["somebody else's rights", withSpec({ serviceAccountName: 'admin' }), 'spec.serviceAccountName', 'write default'],
  ['the same by its old name', withSpec({ serviceAccount: 'admin' }), 'spec.serviceAccount', 'write default'],
  ['a node by name', withSpec({ nodeName: 'node-a' }), 'spec.nodeName', 'resource.preferredNodes'],
  [
    'the first place',
    withSpec({ priorityClassName: 'system-node-critical' }),
    'spec.priorityClassName',
    'leave it out',
  ],
  ['a Pod that ends', withSpec({ restartPolicy: 'Never' }), 'spec.restartPolicy', 'write Always'],
  ['a debugger', withSpec({ ephemeralContainers: [{ name: 'a' }] }), 'spec.ephemeralContainers[0]', 'kubectl debug'],
  [
    'an empty term',
    requiring([{}]),
    `${'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution'}.nodeSelectorTerms[0]`,
    'remove the term',
  ],
  ['no term', requiring([]), '', 'at least one term'],
  ['too many terms', requiring(Array(17).fill({ matchFields: [{ key: 'metadata.name' }] })), '', 'at most 16'],
  ['tolerations that are no list', withSpec({ tolerations: {} }), 'spec.tolerations', 'a list of tolerations'],
])('S10: %s is refused with its path and what to do', (...[, template, path, says]) => {
  const fault = templateFault(template)
  expect(fault?.path).toContain(`inference.template.${path}`)
  expect(fault?.message).toContain(says)
})

test.each<[what: string, template: Record<string, unknown>]>([
  ['the least', withSpec({})],
  ['nulls', withSpec({ volumes: null, affinity: null, tolerations: null, hostNetwork: null, securityContext: null })],
  [
    'what tools write by themselves',
    { metadata: { creationTimestamp: null, name: 'a' }, spec: { containers: [{ ...SERVER, resources: {} }] } },
  ],
  [
    'what is the default anyway',
    withSpec({
      restartPolicy: 'Always',
      serviceAccountName: 'default',
      hostNetwork: false,
      containers: [{ ...SERVER, securityContext: { privileged: false, procMount: 'Default' } }],
    }),
  ],
  [
    'every kind of volume of the restricted standard',
    withSpec({
      volumes: [
        'configMap',
        'csi',
        'downwardAPI',
        'emptyDir',
        'ephemeral',
        'persistentVolumeClaim',
        'projected',
        'secret',
      ].map((kind) => ({ name: kind.toLowerCase(), [kind]: {} })),
    }),
  ],
  [
    'a model server with all that it needs',
    withSpec({
      containers: [
        {
          ...SERVER,
          args: ['--model', '/models/a'],
          env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }],
          ports: [{ name: 'http', containerPort: 8000, protocol: 'TCP' }],
          readinessProbe: { httpGet: { path: '/health', port: 'http' } },
          resources: { limits: { 'nvidia.com/gpu': 1 } },
          securityContext: { runAsUser: 0, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
        },
      ],
      shareProcessNamespace: true,
      terminationGracePeriodSeconds: 5,
    }),
  ],
])('%s is taken', (_what, template) => expect(templateFault(template)).toBeUndefined())

test('whatever a template is, there is an answer and it is about the template', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('metadata', 'spec', 'kind', '__proto__'), fc.jsonValue()), (template) => {
      const fault = templateFault(template)
      expect(fault?.path).toMatch(/^inference\.template/)
      expect(fault?.message.length).toBeGreaterThan(5)
    }),
  )
})
