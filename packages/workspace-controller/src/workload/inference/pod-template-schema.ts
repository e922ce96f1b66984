import { z } from 'zod'

const LEAVE_OUT = 'leave it out'
/** More would be multiplied by the nodes that the Workspace may run on. */
const MOST_TERMS = 16
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
/** Kinds of volumes that the `restricted` Pod Security Standard allows, and images. */
const VOLUME_KINDS = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]

/** Kubernetes takes null and absent alike. */
const list = <T extends z.ZodType>(item: T, message: string) => z.array(item, message).nullish()
const object = <T extends z.ZodRawShape>(shape: T, message: string) => z.looseObject(shape, message).nullish()
const only = <const T extends string | number | boolean>(values: T[], message: string) =>
  z.literal(values, message).nullish()

/** A field that gives what only the cluster's administrator may give. */
const no = (what: string) => only([false], `${what}, which a Workspace's Pods do not get; ${LEAVE_OUT}`)
const absent = (message: string) => z.null(message).optional()

const seccompProfile = object(
  {
    type: z
      .string('write the type of a seccomp profile, such as RuntimeDefault')
      .refine((type) => type !== 'Unconfined', 'turns the filter of system calls off; write RuntimeDefault')
      .nullish(),
  },
  'write a seccomp profile, such as {type: RuntimeDefault}',
)
const appArmorProfile = object(
  {
    type: z
      .string('write the type of an AppArmor profile, such as RuntimeDefault')
      .refine((type) => type !== 'Unconfined', 'turns AppArmor off; write RuntimeDefault')
      .nullish(),
  },
  'write an AppArmor profile, such as {type: RuntimeDefault}',
)
const seLinuxOptions = absent(`chooses a SELinux label, which the cluster chooses; ${LEAVE_OUT}`)
const windowsOptions = absent(`is for Windows nodes, and GPU nodes run Linux; ${LEAVE_OUT}`)

const containerSecurity = object(
  {
    privileged: no('takes over the node'),
    allowPrivilegeEscalation: no('lets a process get more rights than its container has'),
    procMount: only(['', 'Default'], `shows more of the node's /proc; ${LEAVE_OUT}`),
    capabilities: object(
      {
        add: list(
          z.literal('NET_BIND_SERVICE', 'adds a capability; remove it, only NET_BIND_SERVICE may be added'),
          'write a list of capabilities',
        ),
      },
      'write capabilities to drop, such as {drop: [ALL]}',
    ),
    seccompProfile,
    appArmorProfile,
    seLinuxOptions,
    windowsOptions,
  },
  'write a security context of a container',
)

/** A kubelet sends this request from the node's own network. */
const host = only([''], `sends the kubelet's request to another host; ${LEAVE_OUT}, then it goes to the Pod`)
const action = object(
  {
    httpGet: object({ host }, 'write a request, such as {path: /healthz, port: 5000}'),
    tcpSocket: object({ host }, 'write a port, such as {port: 5000}'),
  },
  'write a probe or an action, such as {httpGet: {path: /healthz, port: 5000}}',
)

const port = z.looseObject(
  {
    containerPort: z
      .int('write a port number from 1 to 65535')
      .min(1, 'write a port number from 1 to 65535')
      .max(65535, 'write a port number from 1 to 65535'),
    hostPort: only([0], `takes a port of the node; ${LEAVE_OUT}, the Service reaches the container without it`),
    hostIP: only([''], `takes an address of the node; ${LEAVE_OUT}`),
    protocol: only(['TCP', 'UDP', 'SCTP'], 'write TCP, UDP or SCTP'),
  },
  'write a port, such as {containerPort: 5000}',
)

const container = z.looseObject(
  {
    name: z
      .string('a container needs a name: lower-case letters, digits and "-"')
      .regex(DNS_LABEL, 'the name of a container has at most 63 lower-case letters, digits and "-"; rename it'),
    image: z
      .string('a container needs an image; write registry/repository:tag')
      .regex(/^[^\s]{1,512}$/, 'is not an image reference; write registry/repository:tag'),
    ports: list(port, 'write a list of ports'),
    securityContext: containerSecurity,
    livenessProbe: action,
    readinessProbe: action,
    startupProbe: action,
    lifecycle: object({ postStart: action, preStop: action }, 'write actions under postStart and preStop'),
  },
  'write a container with name and image',
)

const volume = z.strictObject(
  {
    name: z
      .string('a volume needs a name: lower-case letters, digits and "-"')
      .regex(DNS_LABEL, 'the name of a volume has at most 63 lower-case letters, digits and "-"; rename it'),
    ...Object.fromEntries(VOLUME_KINDS.map((kind) => [kind, z.unknown().optional()])),
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `is no kind of volume that a Workspace's Pods get; use one of ${VOLUME_KINDS.join(', ')}`
        : 'write a volume with a name and its kind',
  },
)

const requirement = z.looseObject(
  { key: z.string('write a key, an operator and values') },
  'write a key, an operator and values',
)
const requirements = list(requirement, 'write a list of requirements')
const term = z
  .looseObject(
    { matchExpressions: requirements, matchFields: requirements },
    'write a term with matchExpressions or matchFields',
  )
  .refine(
    ({ matchExpressions, matchFields }) => Boolean(matchExpressions?.length || matchFields?.length),
    'is empty, and an empty term matches no node; write matchExpressions, or remove the term',
  )
const affinity = object(
  {
    nodeAffinity: object(
      {
        requiredDuringSchedulingIgnoredDuringExecution: object(
          {
            nodeSelectorTerms: z
              .array(term, 'write a list of terms')
              .min(1, 'write at least one term, or leave the whole requirement out')
              .max(MOST_TERMS, `write at most ${MOST_TERMS} terms`),
          },
          'write nodeSelectorTerms',
        ),
      },
      'write a node affinity',
    ),
  },
  'write an affinity',
)

const podSecurity = object(
  {
    seccompProfile,
    appArmorProfile,
    seLinuxOptions,
    windowsOptions,
    sysctls: list(z.never(`sets a parameter of the kernel; ${LEAVE_OUT}`), 'write a list'),
  },
  'write a security context of a Pod',
)

const named = (containers: { name: string }[]) => new Set(containers.map(({ name }) => name)).size === containers.length
const labels = z.record(z.string(), z.string('write the value as a string, in quotes'), 'write a map of strings')

const spec = z
  .looseObject(
    {
      containers: z
        .array(container, 'write a list with at least one container')
        .min(1, 'write a list with at least one container'),
      initContainers: list(container, 'write a list of containers'),
      ephemeralContainers: list(
        z.never('is for kubectl debug and never part of a template; remove it'),
        'is for kubectl debug and never part of a template; leave it out',
      ),
      volumes: list(volume, 'write a list of volumes'),
      restartPolicy: only(['Always'], `a model server is always started again; write Always, or ${LEAVE_OUT}`),
      hostNetwork: no("uses the node's network"),
      hostPID: no("sees the node's processes"),
      hostIPC: no("sees the node's shared memory"),
      serviceAccountName: only(['', 'default'], `takes rights of a service account; write default, or ${LEAVE_OUT}`),
      serviceAccount: only(['', 'default'], `takes rights of a service account; write default, or ${LEAVE_OUT}`),
      automountServiceAccountToken: z.boolean('write true or false').nullish(),
      nodeName: only([''], `passes the scheduler by; ${LEAVE_OUT}, or write resource.preferredNodes`),
      priorityClassName: z
        .string('write the name of a priority class')
        .refine((name) => !name.startsWith('system-'), `is for parts of the cluster; ${LEAVE_OUT}`)
        .nullish(),
      tolerations: list(z.looseObject({}, 'write a toleration'), 'write a list of tolerations'),
      affinity,
      securityContext: podSecurity,
    },
    'a pod template needs a spec with containers; write them under spec.containers',
  )
  .refine(({ containers, initContainers }) => named([...containers, ...(initContainers ?? [])]), {
    message: 'two containers have the same name; give each a name of its own',
    path: ['containers'],
  })

/**
 * What a Workspace's author may have in a pod template: the shape that is built on, and nothing that reaches beyond the
 * Pod. Fields that are harmless wherever they come from are not looked into; the API server does that.
 */
export const podTemplateSchema = z.strictObject(
  {
    metadata: object(
      {
        labels: labels.nullish(),
        annotations: labels.nullish(),
        finalizers: absent(`keeps Pods from going away; ${LEAVE_OUT}`),
      },
      'write labels and annotations under metadata',
    ),
    spec,
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? 'is no field of a pod template, which has metadata and spec; remove it'
        : 'write a pod template with metadata and spec',
  },
)
