import { expect, test } from 'vitest'
import type { Adoption } from '../cloud-provider.ts'
import { type CloudUnderTest, call, cloudError, launched, own, spec } from './cloud-under-test.ts'

function plantKaito(world: CloudUnderTest, name: string): Promise<string> {
  if (!world.plantKaito) throw new Error('a cloud that adopts must show an instance to adopt: give it plantKaito')
  return world.plantKaito(name)
}

/** How an instance that another provisioner made becomes ours. */
export function describeAdopt(world: () => CloudUnderTest): void {
  const { name, claimUid, claimCreatedAt } = spec
  const adoption = { name, claimUid, claimCreatedAt, launch: 1 }
  const conflict = async (change: Partial<Adoption>, providerID: string) =>
    (await cloudError(world().cloud.adopt({ ...adoption, providerID, ...change }, call))).reason

  test("tells an instance of KAITO's provisioner from others, and that it is not ours", async () => {
    const { cloud, plantForeign } = world()
    await plantForeign('theirs')
    await plantKaito(world(), 'kaitos')
    await launched(world())
    expect(await cloud.get('kaitos', call)).toMatchObject({ madeByKaito: true, claimUid: undefined })
    expect(await cloud.get('theirs', call)).toMatchObject({ madeByKaito: false, claimUid: undefined })
    expect(await cloud.get(name, call)).toMatchObject({ madeByKaito: false, claimUid })
  })

  test('adopts an instance that the claim proves to have had: it is ours, can be asked for again, and ends like ours', async () => {
    const { cloud, settle } = world()
    const providerID = await plantKaito(world(), name)
    await cloud.adopt({ ...adoption, providerID }, call)
    await settle()
    const adopted = { state: 'Running', claimUid, claimCreatedAt, launch: 1, madeByKaito: false }
    expect(await cloud.get(name, call)).toMatchObject(adopted)
    await cloud.adopt({ ...adoption, providerID }, call)
    await cloud.launch(spec, call)
    expect(await cloud.get(name, call)).toMatchObject(adopted)
    await cloud.terminate(own, call)
    await settle()
    expect(await cloud.get(name, call)).toBeUndefined()
  })

  test("adopts nothing without proof, and nothing that is somebody else's", async () => {
    const { cloud, plantForeign, fingerprint } = world()
    const theirs = await plantKaito(world(), 'kaitos')
    const mine = await plantKaito(world(), 'kaitosx')
    await plantForeign('theirs')
    await launched(world())
    const names = ['kaitos', 'kaitosx', 'theirs', name]
    const before = await Promise.all(names.map(fingerprint))
    expect(await conflict({ name: 'kaitos' }, mine)).toBe('NameConflict')
    expect(await conflict({ name: 'kaitosx' }, theirs)).toBe('NameConflict')
    expect(await conflict({ name: 'kaitos' }, '')).toBe('NameConflict')
    expect(await conflict({ name: 'theirs' }, theirs.replace('kaitos', 'theirs'))).toBe('NameConflict')
    expect(await conflict({ claimUid: '7d0e2c11-1111-4222-8333-444455556666' }, theirs)).toBe('NameConflict')
    expect(await Promise.all(names.map(fingerprint))).toEqual(before)
    expect(await cloud.get('kaitos', call)).toMatchObject({ madeByKaito: true, claimUid: undefined })
  })

  test('is busy for an adoption of what is not there', async () => {
    expect(await conflict({}, 'gone')).toBe('ClusterBusy')
  })
}

/** A cloud in which KAITO's own provisioner never made an instance has none that could be taken over. */
export function describeNoAdoption(world: () => CloudUnderTest): void {
  const { name, claimUid, claimCreatedAt } = spec
  const adoption = { name, claimUid, claimCreatedAt, launch: 1, providerID: 'any' }
  const reasonOf = async (change: Partial<Adoption>) =>
    (await cloudError(world().cloud.adopt({ ...adoption, ...change }, call))).reason

  test('has nothing that KAITO made, and adopts nothing, whatever is brought as a proof', async () => {
    const { cloud, plantForeign, fingerprint } = world()
    await plantForeign('theirs')
    await launched(world())
    const names = ['theirs', name]
    const before = await Promise.all(names.map(fingerprint))
    expect(await reasonOf({ name: 'theirs' })).toBe('NameConflict')
    expect(await reasonOf({ claimUid: '7d0e2c11-1111-4222-8333-444455556666' })).toBe('NameConflict')
    expect((await cloud.list(call)).filter(({ madeByKaito }) => madeByKaito)).toEqual([])
    expect(await Promise.all(names.map(fingerprint))).toEqual(before)
  })

  test("changes nothing for an adoption of what is the claim's already", async () => {
    const { cloud, fingerprint } = world()
    await launched(world())
    const before = await fingerprint(name)
    await cloud.adopt(adoption, call)
    expect(await fingerprint(name)).toEqual(before)
  })

  test('is busy for an adoption of what is not there', async () => {
    expect(await reasonOf({})).toBe('ClusterBusy')
  })
}
