import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { KubeHttp } from '../harness/kube-http.ts'
import { kubeconfigOf } from '../harness/kubeconfig.ts'
import { until } from '../harness/until.ts'
import { startEgressProxy } from './egress-proxy.ts'
import { freePorts } from './free-ports.ts'
import { SupervisedProgram } from './supervised-program.ts'
import type { Tools } from './tools.ts'

/** How to reach a control plane that another process has started; plain data. */
export interface ControlPlaneAccess {
  url: string
  caPem: string
  /** The administrator's bearer token. */
  token: string
  /** Text of a kubeconfig file. */
  kubeconfig: string
  /** Path of a kubeconfig file. */
  kubeconfigPath: string
  /** What every account of a controller asked for, one JSON object a line. */
  auditLog: string
  tools: Tools
}

export interface ControlPlane extends ControlPlaneAccess {
  /** Ends kube-apiserver and starts it again on the same port, with the same data. */
  restartApiServer(): Promise<void>
  stop(): Promise<void>
}

const HOST = '127.0.0.1'
const READY = { withinMs: 60_000, everyMs: 50 }
const USERS = {
  admin: 'admin,admin,"system:masters"',
  'kube-controller-manager': 'system:kube-controller-manager,kube-controller-manager',
  'kube-scheduler': 'system:kube-scheduler,kube-scheduler',
} as const

/** Requests of ServiceAccounts outside kube-system: controllers as their charts install them. */
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    { level: 'None', userGroups: ['system:serviceaccounts:kube-system'] },
    { level: 'Metadata', userGroups: ['system:serviceaccounts'] },
    { level: 'None' },
  ],
}

interface ControlPlaneOptions {
  /** Where requests of controllers are recorded; with the rest, which goes with the control plane, by default. */
  auditLog?: string
  /** False makes watches refuse to begin with a list, as older API servers do. */
  streamingLists?: boolean
  /** False leaves out kube-controller-manager and kube-scheduler: nothing changes but by requests. */
  controllers?: boolean
}

/**
 * Starts etcd, kube-apiserver, kube-controller-manager and kube-scheduler as plain processes on loopback. The API server
 * dials pods and kubelets through an egress proxy, because it refuses to proxy to loopback addresses.
 */
export async function startControlPlane(
  tools: Tools,
  { auditLog, streamingLists = true, controllers = true }: ControlPlaneOptions = {},
): Promise<ControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-control-plane-'))
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })]
  const stop = async () => {
    for (const step of undo.toReversed()) await step()
  }
  try {
    const site = { tools, folder, streamingLists, controllers, auditLog: auditLog ?? join(folder, 'audit.log') }
    return { ...(await build(site, undo)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Site {
  tools: Tools
  /** Takes data and logs. */
  folder: string
  auditLog: string
  streamingLists: boolean
  controllers: boolean
}

async function build({ tools, folder, auditLog, streamingLists, controllers }: Site, undo: (() => Promise<unknown>)[]) {
  const [etcdPort = 0, peerPort = 0, apiPort = 0] = await freePorts(3)
  const run = (name: keyof Tools, args: string[]) => {
    const program = new SupervisedProgram({ path: tools[name], args, logFile: join(folder, `${name}.log`) })
    undo.push(() => program.stop())
    return program
  }
  const etcdUrl = `http://${HOST}:${etcdPort}`
  run('etcd', etcdArguments({ folder, etcdUrl, peerUrl: `http://${HOST}:${peerPort}` }))
  const tokens = await writeFiles(folder)
  const url = `https://${HOST}:${apiPort}`
  const egress = await startEgressProxy(join(folder, 'egress.sock'))
  undo.push(() => egress.close())
  const settings = { folder, auditLog, streamingLists, etcdUrl, port: apiPort }
  const startApiServer = () => run('kube-apiserver', apiServerArguments(settings))
  let apiServer = startApiServer()
  const access = await untilServing({ url, folder, token: tokens.admin, program: () => apiServer })
  undo.push(() => access.kube.close())
  egress.follow(access.kubeconfig)
  if (controllers) {
    for (const name of ['kube-controller-manager', 'kube-scheduler'] as const) {
      const user = { token: tokens[name] }
      await writeFile(join(folder, `${name}.kubeconfig`), kubeconfigOf({ url, caPem: access.caPem, user }))
      run(name, name === 'kube-scheduler' ? schedulerArguments(folder) : controllerManagerArguments(folder))
    }
    await until('the default ServiceAccount', () => isThere(access.kube, SERVICE_ACCOUNT), READY)
  }
  return {
    ...accessOf({ url, folder, ...access, token: tokens.admin, tools, auditLog }),
    async restartApiServer() {
      await apiServer.stop()
      apiServer = startApiServer()
      await until('the API server is back', () => isThere(access.kube, '/readyz'), READY)
    },
  }
}

const SERVICE_ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default'

function accessOf(given: Omit<ControlPlaneAccess, 'kubeconfigPath'> & { folder: string }): ControlPlaneAccess {
  const { url, caPem, token, kubeconfig, tools, folder, auditLog } = given
  return { url, caPem, token, kubeconfig, tools, auditLog, kubeconfigPath: join(folder, 'admin.kubeconfig') }
}

async function isThere(kube: KubeHttp, path: string): Promise<boolean> {
  const answer = await kube.ask(path).catch(() => undefined)
  return answer?.status === 200
}

interface Serving {
  url: string
  folder: string
  token: string
  program: () => SupervisedProgram
}

/** Waits for the certificate that the API server makes for itself, and for its own word that it is ready. */
async function untilServing({ url, folder, token, program }: Serving) {
  const died = async () => {
    if (!program().isRunning) throw new Error(`kube-apiserver ended:\n${await program().tail()}`)
  }
  const caPem = await until(
    'the API server has a certificate',
    async () => {
      await died()
      return readFile(join(folder, 'certificates', 'apiserver.crt'), 'utf8').catch(() => undefined)
    },
    READY,
  )
  const kube = new KubeHttp({ url, caPem, token })
  const isReady = async () => {
    await died()
    return isThere(kube, '/readyz')
  }
  await until('the API server is ready', isReady, READY)
  const kubeconfig = kubeconfigOf({ url, caPem, user: { token } })
  await writeFile(join(folder, 'admin.kubeconfig'), kubeconfig, { mode: 0o600 })
  return { kube, caPem, kubeconfig }
}

async function writeFiles(folder: string): Promise<Record<keyof typeof USERS, string>> {
  const token = () => randomBytes(24).toString('base64url')
  const tokens = { admin: token(), 'kube-controller-manager': token(), 'kube-scheduler': token() }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const egress = {
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections: [
      {
        name: 'cluster',
        connection: {
          proxyProtocol: 'HTTPConnect',
          transport: { uds: { udsName: join(folder, 'egress.sock') } },
        },
      },
    ],
  }
  const files = {
    'service-accounts.key': privateKey,
    'service-accounts.pub': publicKey,
    'tokens.csv': `${Object.entries(USERS)
      .map(([name, user]) => `${tokens[name as keyof typeof USERS]},${user}`)
      .join('\n')}\n`,
    'egress.yaml': stringify(egress),
    'audit-policy.yaml': stringify(AUDIT_POLICY),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
  await chmod(folder, 0o700)
  return tokens
}

function etcdArguments({ folder, etcdUrl, peerUrl }: { folder: string; etcdUrl: string; peerUrl: string }): string[] {
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]
}

interface ApiServerSettings extends Omit<Site, 'tools' | 'controllers'> {
  etcdUrl: string
  port: number
}

function apiServerArguments({ folder, auditLog, streamingLists, etcdUrl, port }: ApiServerSettings): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    `--secure-port=${port}`,
    `--bind-address=${HOST}`,
    `--advertise-address=${HOST}`,
    // The Service "kubernetes" cannot point at loopback, and nothing here goes through it.
    '--endpoint-reconciler-type=none',
    `--cert-dir=${join(folder, 'certificates')}`,
    `--service-account-key-file=${join(folder, 'service-accounts.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'service-accounts.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.0.0.0/16',
    '--authorization-mode=RBAC',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--allow-privileged=true',
    `--egress-selector-config-file=${join(folder, 'egress.yaml')}`,
    `--audit-policy-file=${join(folder, 'audit-policy.yaml')}`,
    `--audit-log-path=${auditLog}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--profiling=false',
    ...(streamingLists ? [] : ['--feature-gates=WatchList=false']),
  ]
}

function controllerManagerArguments(folder: string): string[] {
  return [
    `--kubeconfig=${join(folder, 'kube-controller-manager.kubeconfig')}`,
    `--service-account-private-key-file=${join(folder, 'service-accounts.key')}`,
    `--root-ca-file=${join(folder, 'certificates', 'apiserver.crt')}`,
    '--use-service-account-credentials=true',
    ...FOLLOWER_ARGUMENTS,
  ]
}

function schedulerArguments(folder: string): string[] {
  return [`--kubeconfig=${join(folder, 'kube-scheduler.kubeconfig')}`, ...FOLLOWER_ARGUMENTS]
}

const FOLLOWER_ARGUMENTS = ['--leader-elect=false', '--secure-port=0', '--kube-api-qps=200', '--kube-api-burst=400']
