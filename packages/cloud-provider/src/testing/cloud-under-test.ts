import { CloudError } from '../cloud-error.ts'
import type { Call, CloudProvider, InstanceSpec } from '../cloud-provider.ts'
import { anInstanceSpec } from './instance-spec.ts'

/** One implementation with the levers the suite pulls. */
export interface CloudUnderTest {
  cloud: CloudProvider
  /** Lets the cloud finish everything it has accepted; before that nothing may finish by itself. */
  settle(): Promise<void>
  /** Makes an instance that nobody of us launched, and waits until it runs. */
  plantForeign(name: string): Promise<void>
  /**
   * Makes an instance as KAITO's own provisioner leaves it, waits until it runs, and tells the providerID of its Node. A
   * cloud in which that provisioner never made anything has none, and is held to refuse every adoption (`adopts: false`).
   */
  plantKaito?(name: string): Promise<string>
  /** Everything the cloud keeps of an instance: equal before and after means untouched. */
  fingerprint(name: string): Promise<unknown>
  /** Makes the cloud refuse the next launch for want of quota, or as `refusedFor` says where it knows no quota. */
  refuseNextLaunch(): Promise<void>
  refusedFor?: 'NoCapacity' | 'SkuNotAvailable'
  /** Makes every call fail from now on, as an outage does. */
  cutOff(): Promise<void>
  stop(): Promise<void>
}

/** A call that nobody ends. */
export const call: Call = { signal: new AbortController().signal }
/** What the suite launches. */
export const spec = anInstanceSpec()
/** What the suite terminates. */
export const own = { name: spec.name, claimUid: spec.claimUid }

/** The error a call must end with. */
export async function cloudError(promise: Promise<unknown>): Promise<CloudError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof CloudError)) throw new Error('expected a CloudError', { cause: error })
  return error
}

/** One of our own, running. */
export async function launched({ cloud, settle }: CloudUnderTest, one: InstanceSpec = spec): Promise<void> {
  await cloud.launch(one, call)
  await settle()
}
