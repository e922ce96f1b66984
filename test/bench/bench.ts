import { CONTROLLERS, NODE_ENVIRONMENT, NODE_FLAGS } from '../../deploy/images/bundle.ts'
import type { Controller } from '../harness/cluster-under-test.ts'
import { type Engines, startEngines } from './engines.ts'
import type { ArrivingKind } from './kinds.ts'
import { type MeasuredController, startMeasured } from './measured-controller.ts'

/** How much of everything a run measures. */
export interface Amounts {
  /** Workspaces at once, one run for each. */
  burst: number[]
  /** Claims at once, one run for each. */
  growth: number[]
  /** Workspaces of which each is changed once. */
  rollout: number
  paced: number
  perSecond: number
  quietMs: number
  createSeconds: number
  /** What is served as claims; the first is measured in full. */
  claims: [ArrivingKind, ...ArrivingKind[]]
}

/** What rows measure with. */
export interface Bench extends Amounts {
  /** The emulated cloud's own time for one node. */
  cloudMs: number
  /** Path of each controller's bundle. */
  bundles: Record<Controller, string>
  /** Runs `use` on a fresh API server and a fresh Azure, and ends both. */
  withEngines<R>(use: (engines: Engines) => Promise<R>, azure?: Parameters<typeof startEngines>[0]): Promise<R>
}

/** The node joins so long after the create ended, as in the measurements of what users run today. */
const JOIN_AFTER_SECONDS = 1
/** What the emulated cloud needs to delete an agent pool. */
export const DELETE_SECONDS = 1

export function createBench(amounts: Amounts, bundles: Record<Controller, string>): Bench {
  const { burst, growth, rollout, paced, createSeconds } = amounts
  const common = {
    'create-seconds': createSeconds,
    'node-join-seconds': -JOIN_AFTER_SECONDS,
    'delete-seconds': DELETE_SECONDS,
    // The pool that comes with the cluster counts, too.
    'max-agent-pools': Math.max(...burst, ...growth, rollout, paced) + 10,
    'page-size': 1000,
  }
  return {
    ...amounts,
    bundles,
    cloudMs: (createSeconds + JOIN_AFTER_SECONDS) * 1000,
    async withEngines(use, azure = {}) {
      const engines = await startEngines({ ...common, ...azure })
      try {
        return await use(engines)
      } finally {
        await engines.stop()
      }
    },
  }
}

interface StartOptions {
  script: string
  nodeFlags?: readonly string[]
  env?: Record<string, string>
  /** Whether the provisioner keeps to Azure's request limits by itself. */
  limits?: boolean
}

/** Starts one controller on the engines and resolves when it leads. */
export function startController(
  engines: Engines,
  name: Controller,
  { limits = false, env: given = {}, ...how }: StartOptions,
): Promise<MeasuredController> {
  const callLimits = name === 'gpu-provisioner' && !limits && { ARM_CALL_LIMITS: 'off' }
  const env = { ...engines.settings[name], ...callLimits, ...given }
  return startMeasured(name, { ...how, env, folder: engines.folder })
}

/** Starts the bundle of a controller as its image does. */
export function startBundled(
  { bundles }: Bench,
  engines: Engines,
  { name, limits = false }: { name: Controller; limits?: boolean },
): Promise<MeasuredController> {
  return startController(engines, name, {
    script: bundles[name],
    nodeFlags: NODE_FLAGS,
    env: NODE_ENVIRONMENT,
    limits,
  })
}

/** Runs `use` with both controllers, or with the provisioner alone, and stops them. */
export async function withControllers<R>(
  bench: Bench,
  engines: Engines,
  { names = CONTROLLERS, limits = false, use }: ControllersUse<R>,
): Promise<R> {
  const controllers = await Promise.all(names.map((name) => startBundled(bench, engines, { name, limits })))
  try {
    return await use(controllers)
  } finally {
    await Promise.all(controllers.map((controller) => controller.stop()))
  }
}

interface ControllersUse<R> {
  names?: readonly Controller[]
  limits?: boolean
  use: (controllers: MeasuredController[]) => Promise<R>
}
