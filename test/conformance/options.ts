import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'

const CLASSES_OF_GPU_PROVISIONER = 'kaito.sh'

export const USAGE = `pnpm conformance --kubeconfig FILE --kind machine|nodeclaim [--class GROUP/KIND/NAME] [...]
  --kubeconfig                 the cluster; its current context counts
  --kind                       the kind of claim
  --class                      what NodeClaims name, such as kaito.sh/KaitoNodeClass/default
  --instance-type T            a size that can be had; several in the order of preference
  --gpus N                     GPUs that its claims request: 1; 0 requests none
  --unavailable-instance-type  a size that is sold out
  --unavailable-class NAME     a class that makes a claim impossible to serve, where no size does
  --items N1,N7                only these
  --exceptions FILE            YAML, item to reason: what this backend is known to do otherwise
  --timeout-minutes N          for one launch and for one end: 20
  --namespace NAME             where its three pods run: default
  --json                       one JSON object instead of a table`

const OPTIONS = {
  kubeconfig: { type: 'string' },
  kind: { type: 'string' },
  class: { type: 'string' },
  'instance-type': { type: 'string', multiple: true, default: [] as string[] },
  gpus: { type: 'string', default: '1' },
  'unavailable-instance-type': { type: 'string' },
  'unavailable-class': { type: 'string' },
  items: { type: 'string' },
  exceptions: { type: 'string' },
  'timeout-minutes': { type: 'string', default: '20' },
  namespace: { type: 'string', default: 'default' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

export interface NodeClass {
  group: string
  kind: string
  name: string
}

export interface Options {
  kubeconfig: string
  kind: 'machine' | 'nodeclaim'
  nodeClass: NodeClass | undefined
  /** Served by KAITO's provisioner or ours, which differs from Karpenter in names and disks. */
  isGpuProvisioner: boolean
  instanceTypes: readonly string[]
  gpus: number
  unavailable: { instanceType: string | undefined; className: string | undefined }
  /** All where undefined. */
  items: readonly string[] | undefined
  exceptions: Readonly<Record<string, string>>
  timeoutMs: number
  namespace: string
  json: boolean
}

/** Thrown for a command line that makes no sense; the message says what to write instead. */
export class UsageError extends Error {}

const exceptionsSchema = z.record(z.string().regex(/^[MN]\d+$/), z.string().min(1))

/** Undefined where help was asked for. */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parsed(args)
  if (values.help) return undefined
  const { kubeconfig, kind } = values
  if (kubeconfig === undefined) throw new UsageError('--kubeconfig FILE is missing')
  if (kind !== 'machine' && kind !== 'nodeclaim') throw new UsageError('--kind must be machine or nodeclaim')
  const nodeClass = values.class === undefined ? undefined : readClass(values.class)
  if (kind === 'nodeclaim' && !nodeClass)
    throw new UsageError('--class GROUP/KIND/NAME is missing: a NodeClaim needs one')
  return {
    kubeconfig,
    kind,
    nodeClass,
    isGpuProvisioner: kind === 'machine' || nodeClass?.group === CLASSES_OF_GPU_PROVISIONER,
    instanceTypes: values['instance-type'],
    gpus: readNumber(values.gpus, '--gpus'),
    unavailable: { instanceType: values['unavailable-instance-type'], className: values['unavailable-class'] },
    items: values.items?.split(',').filter((item) => item !== ''),
    exceptions: values.exceptions === undefined ? {} : readExceptions(values.exceptions),
    timeoutMs: readNumber(values['timeout-minutes'], '--timeout-minutes') * 60_000,
    namespace: values.namespace,
    json: values.json,
  }
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS })
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}

function readClass(text: string): NodeClass {
  const [group, kind, name, ...more] = text.split('/')
  if (!group || !kind || !name || more.length > 0)
    throw new UsageError(`--class must be GROUP/KIND/NAME, not "${text}"`)
  return { group, kind, name }
}

function readNumber(text: string, flag: string): number {
  const number = Number(text)
  if (!Number.isFinite(number) || number < 0) throw new UsageError(`${flag} must be a number, not "${text}"`)
  return number
}

function readExceptions(path: string): Record<string, string> {
  const result = exceptionsSchema.safeParse(parse(readFileSync(path, 'utf8')))
  if (!result.success) throw new UsageError(`${path} must hold lines "N1: reason": ${z.prettifyError(result.error)}`)
  return result.data
}
