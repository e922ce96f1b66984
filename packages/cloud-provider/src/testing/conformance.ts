import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Call, CloudProvider } from '../cloud-provider.ts'
import { describeAdopt, describeNoAdoption } from './adoption-conformance.ts'
import { type CloudUnderTest, call, cloudError, launched, own, spec } from './cloud-under-test.ts'
import { anInstanceSpec } from './instance-spec.ts'

interface Options {
  /** Whether KAITO's own provisioner may have made instances there; true unless said otherwise. */
  adopts?: boolean
}

/** Holds an implementation of SEAM 2 to its contract; every cloud and every fake passes it. */
export function describeCloudProvider(
  name: string,
  setUp: () => Promise<CloudUnderTest>,
  { adopts = true }: Options = {},
): void {
  describe(`cloud provider contract: ${name}`, () => {
    let world: CloudUnderTest
    beforeEach(async () => {
      world = await setUp()
    })
    afterEach(() => world.stop())

    describeLaunch(() => world)
    describeRead(() => world)
    describeTerminate(() => world)
    if (adopts) describeAdopt(() => world)
    else describeNoAdoption(() => world)
    describeFailure(() => world)
  })
}

/** Names of listed instances that carry a claim: a cluster has pools of its own besides. */
async function ours(cloud: CloudProvider): Promise<string[]> {
  return (await cloud.list(call)).filter(({ claimUid }) => claimUid !== undefined).map(({ name }) => name)
}

function describeLaunch(world: () => CloudUnderTest): void {
  test('returns from a launch while the instance is still being made', async () => {
    const { cloud, settle } = world()
    await cloud.launch(spec, call)
    expect(await cloud.get(spec.name, call)).toMatchObject({ state: 'Creating', failure: undefined })
    await settle()
    expect(await cloud.get(spec.name, call)).toMatchObject({ state: 'Running', failure: undefined })
  })

  test('gives back what the launch said about its claim', async () => {
    const { cloud } = world()
    await cloud.launch({ ...spec, launch: 2, capacityType: 'spot' }, call)
    const instance = await cloud.get(spec.name, call)
    expect(instance).toMatchObject({
      name: spec.name,
      claimUid: spec.claimUid,
      launch: 2,
      instanceType: spec.instanceType,
      capacityType: 'spot',
      claimCreatedAt: spec.claimCreatedAt,
    })
    expect(Object.keys(instance?.nodeSelector ?? {})).not.toEqual([])
  })

  test('makes one instance for two launches of the same claim, creating or running', async () => {
    const { cloud, settle, fingerprint } = world()
    await cloud.launch(spec, call)
    await cloud.launch(spec, call)
    await settle()
    const before = await fingerprint(spec.name)
    await cloud.launch({ ...spec, launch: 2, instanceType: 'Standard_NC4as_T4_v3' }, call)
    expect(await fingerprint(spec.name)).toEqual(before)
    expect(await ours(cloud)).toEqual([spec.name])
  })

  test('refuses to launch over an instance of somebody else and leaves it untouched', async () => {
    const { cloud, plantForeign, fingerprint } = world()
    await plantForeign(spec.name)
    const before = await fingerprint(spec.name)
    expect((await cloudError(cloud.launch(spec, call))).reason).toBe('NameConflict')
    expect(await fingerprint(spec.name)).toEqual(before)
  })

  test('refuses to launch for a new claim over the instance of an older one', async () => {
    const { cloud, fingerprint } = world()
    await launched(world())
    const before = await fingerprint(spec.name)
    const error = await cloudError(cloud.launch({ ...spec, claimUid: '7d0e2c11-1111-4222-8333-444455556666' }, call))
    expect(error.reason).toBe('NameConflict')
    expect(await fingerprint(spec.name)).toEqual(before)
  })

  test('is busy for a launch while the same claim still has an instance being deleted', async () => {
    const { cloud } = world()
    await launched(world())
    await cloud.terminate(own, call)
    expect((await cloudError(cloud.launch(spec, call))).reason).toBe('ClusterBusy')
  })

  test('says why a launch is refused, for which choice, and leaves nothing behind', async () => {
    const { cloud, refuseNextLaunch, refusedFor = 'QuotaExceeded' } = world()
    await refuseNextLaunch()
    const error = await cloudError(cloud.launch(spec, call))
    expect(error.reason).toBe(refusedFor)
    expect(error.message).not.toBe('')
    expect(error.choice).toEqual({ instanceType: spec.instanceType, zone: undefined, capacityType: 'on-demand' })
    expect(await cloud.get(spec.name, call)).toBeUndefined()
  })
}

function describeRead(world: () => CloudUnderTest): void {
  test('reads an instance that is not there as undefined', async () => {
    expect(await world().cloud.get('wsnobody', call)).toBeUndefined()
  })

  test('lists foreign instances too, without a claim', async () => {
    const { cloud, plantForeign } = world()
    await plantForeign('theirs')
    await launched(world())
    const found = await cloud.list(call)
    const claimOf = (name: string) => found.filter((one) => one.name === name).map((one) => one.claimUid)
    expect(claimOf('theirs')).toEqual([undefined])
    expect(claimOf(spec.name)).toEqual([spec.claimUid])
    expect(await cloud.get('theirs', call)).toMatchObject({ claimUid: undefined, launch: undefined })
  })

  test('lists nothing of ours before the first launch', async () => {
    expect(await ours(world().cloud)).toEqual([])
  })

  test('says that the cluster runs', async () => {
    expect(await world().cloud.health(call)).toEqual({ state: 'Running' })
  })
}

function describeTerminate(world: () => CloudUnderTest): void {
  test('accepts a termination, shows it, and ends with absence', async () => {
    const { cloud, settle } = world()
    await launched(world())
    await cloud.terminate(own, call)
    expect(await cloud.get(spec.name, call)).toMatchObject({ state: 'Deleting', claimUid: spec.claimUid })
    await cloud.terminate(own, call)
    await settle()
    expect(await cloud.get(spec.name, call)).toBeUndefined()
    expect(await ours(cloud)).toEqual([])
  })

  test('terminates nothing for a name that is not there', async () => {
    await expect(world().cloud.terminate(own, call)).resolves.toBeUndefined()
  })

  test('ends an instance that is still being made, at once or after being busy', async () => {
    const { cloud, settle } = world()
    await cloud.launch(spec, call)
    const error = await cloud.terminate(own, call).catch((reason: unknown) => reason)
    if (error) {
      expect(error).toMatchObject({ reason: 'ClusterBusy' })
      await settle()
      await cloud.terminate(own, call)
    }
    await settle()
    expect(await cloud.get(spec.name, call)).toBeUndefined()
  })

  test('refuses to terminate for another claim and leaves the instance untouched', async () => {
    const { cloud, fingerprint, plantForeign } = world()
    await launched(world())
    await plantForeign('theirs')
    const before = [await fingerprint(spec.name), await fingerprint('theirs')]
    for (const name of [spec.name, 'theirs']) {
      const error = await cloudError(cloud.terminate({ name, claimUid: '7d0e2c11-1111-4222-8333-444455556666' }, call))
      expect(error.reason).toBe('NameConflict')
    }
    expect([await fingerprint(spec.name), await fingerprint('theirs')]).toEqual(before)
  })

  test('leaves an instance that a later launch made', async () => {
    const { cloud, fingerprint } = world()
    await launched(world(), { ...spec, launch: 2 })
    const before = await fingerprint(spec.name)
    expect((await cloudError(cloud.terminate({ ...own, launch: 1 }, call))).reason).toBe('ClusterBusy')
    expect(await fingerprint(spec.name)).toEqual(before)
    await cloud.terminate({ ...own, launch: 2 }, call)
    expect(await cloud.get(spec.name, call)).toMatchObject({ state: 'Deleting' })
  })

  test('launches again under the same claim once the first instance is gone', async () => {
    const { cloud, settle } = world()
    await launched(world())
    await cloud.terminate(own, call)
    await settle()
    await launched(world(), { ...spec, launch: 2 })
    expect(await cloud.get(spec.name, call)).toMatchObject({ state: 'Running', launch: 2 })
  })
}

function describeFailure(world: () => CloudUnderTest): void {
  test('throws in an outage and never takes it for absence', async () => {
    const { cloud, cutOff } = world()
    await launched(world())
    await cutOff()
    const attempts = [
      cloud.get(spec.name, call),
      cloud.list(call),
      cloud.launch(anInstanceSpec({ name: 'wsother' }), call),
      cloud.terminate(own, call),
      cloud.adopt({ ...spec, providerID: 'any' }, call),
      cloud.health(call),
    ]
    const errors = await Promise.all(attempts.map(cloudError))
    expect(errors.map(({ reason }) => reason)).toEqual(attempts.map(() => 'CloudUnreachable'))
  })

  test('rejects an aborted call with the reason of its signal and does nothing', async () => {
    const { cloud } = world()
    const stopping = new Error('stopping')
    const aborted: Call = { signal: AbortSignal.abort(stopping) }
    await expect(cloud.launch(spec, aborted)).rejects.toBe(stopping)
    await expect(cloud.get(spec.name, aborted)).rejects.toBe(stopping)
    await expect(cloud.list(aborted)).rejects.toBe(stopping)
    await expect(cloud.terminate(own, aborted)).rejects.toBe(stopping)
    await expect(cloud.adopt({ ...spec, providerID: 'any' }, aborted)).rejects.toBe(stopping)
    await expect(cloud.health(aborted)).rejects.toBe(stopping)
    expect(await cloud.get(spec.name, call)).toBeUndefined()
  })
}
