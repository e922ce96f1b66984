import { expect, test } from 'vitest'
import { CLUSTER_PATH, emulatedArm, gpuPool } from '../testing/emulated-arm.ts'

const POOL = `${CLUSTER_PATH}/agentPools/ws1`
const VERSION = '?api-version=2026-06-01'

test('upgrades the node image in an operation that makes the Nodes anew', async () => {
  const arm = emulatedArm()
  await arm.put('ws1', gpuPool)
  arm.emulator.advance(90)
  const [before] = arm.nodesOf('ws1')
  const reply = await arm.send('POST', `${POOL}/upgradeNodeImageVersion${VERSION}`)
  expect(reply).toMatchObject({
    status: 202,
    headers: { location: expect.stringContaining('/operationresults/') },
    body: { properties: { provisioningState: 'UpgradingNodeImageVersion' } },
  })
  expect(arm.nodesOf('ws1')).toEqual([])
  arm.emulator.advance(20)
  expect(await arm.send('GET', reply.headers.location ?? '')).toMatchObject({ status: 200, body: { name: 'ws1' } })
  const [after] = arm.nodesOf('ws1')
  expect(after?.metadata.name).toBe(before?.metadata.name)
  expect(after?.status.nodeInfo.bootID).not.toBe(before?.status.nodeInfo.bootID)
  expect(arm.emulator.ledger.entries().map(({ op }) => op)).toContain('upgradeNodeImage')
})

test('refuses to upgrade the image of a pool that is busy or missing', async () => {
  const { put, send } = emulatedArm()
  expect(await send('POST', `${POOL}/upgradeNodeImageVersion${VERSION}`)).toMatchObject({ status: 404 })
  await put('ws1', gpuPool)
  expect(await send('POST', `${POOL}/upgradeNodeImageVersion${VERSION}`)).toMatchObject({ status: 409 })
})

test('takes the node image version that a pool has and refuses any other', async () => {
  const { put, emulator } = emulatedArm()
  const { body } = await put('ws1', gpuPool)
  emulator.advance(90)
  const { nodeImageVersion } = Object(body).properties
  expect(await put('ws1', { ...gpuPool, nodeImageVersion })).toMatchObject({ status: 200 })
  emulator.advance(90)
  expect(await put('ws1', { ...gpuPool, nodeImageVersion: 'AKSUbuntu-1804-2019' })).toMatchObject({
    status: 400,
    body: { code: 'InvalidParameter', target: 'agentPoolProfile.nodeImageVersion' },
  })
})

test('knows one version of Kubernetes, with nothing to upgrade to', async () => {
  const { put, send } = emulatedArm({ kubernetesVersion: '1.34.2' })
  await put('ws1', gpuPool)
  const profile = await send('GET', `${POOL}/upgradeProfiles/default${VERSION}`)
  expect(profile).toMatchObject({ status: 200, body: { properties: { kubernetesVersion: '1.34.2', osType: 'Linux' } } })
  expect(profile).not.toHaveProperty('body.properties.upgrades')
  expect(await send('GET', `${CLUSTER_PATH}/availableAgentPoolVersions${VERSION}`)).toMatchObject({
    status: 200,
    body: { properties: { agentPoolVersions: [{ default: true, kubernetesVersion: '1.34.2' }] } },
  })
})
