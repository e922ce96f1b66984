import { describe, expect, test } from 'vitest'
import { CLUSTER_PATH, emulatedArm, gpuPool } from '../testing/emulated-arm.ts'

test('answers a create with 201, what AKS fills in, and the address of its operation alone', async () => {
  const { put } = emulatedArm()
  const { status, headers, body } = await put('ws1', { ...gpuPool, nodeTaints: ['sku=gpu:NoSchedule'] })
  expect(status).toBe(201)
  expect(headers['azure-asyncoperation']).toMatch(
    /^https:\/\/arm\.test\/subscriptions\/[-0-9]+\/providers\/Microsoft\.ContainerService\/locations\/eastus\/operations\/[-0-9a-f]{36}\?api-version=/,
  )
  expect(headers).not.toHaveProperty('location')
  expect(headers).not.toHaveProperty('retry-after')
  expect(body).toMatchObject({
    id: '/subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1/agentPools/ws1',
    name: 'ws1',
    type: 'Microsoft.ContainerService/managedClusters/agentPools',
    properties: {
      count: 1,
      vmSize: 'Standard_NC24ads_A100_v4',
      osDiskSizeGB: 60,
      osDiskType: 'Ephemeral',
      osSKU: 'Ubuntu',
      maxPods: 250,
      mode: 'User',
      type: 'VirtualMachineScaleSets',
      provisioningState: 'Creating',
      powerState: { code: 'Running' },
      nodeTaints: ['sku=gpu:NoSchedule'],
      gpuProfile: { driver: 'Install' },
      eTag: expect.stringMatching(/^[-0-9a-f]{36}$/),
    },
  })
})

test('adds the label and taint of spot pools itself', async () => {
  const { put } = emulatedArm()
  const { body } = await put('ws1', { ...gpuPool, scaleSetPriority: 'Spot', nodeLabels: { a: 'b' } })
  expect(body).toMatchObject({
    properties: {
      nodeLabels: { a: 'b', 'kubernetes.azure.com/scalesetpriority': 'spot' },
      nodeTaints: ['kubernetes.azure.com/scalesetpriority=spot:NoSchedule'],
      scaleSetEvictionPolicy: 'Delete',
      spotMaxPrice: -1,
    },
  })
})

describe('refuses', () => {
  test.each<[rule: string, request: [name: string, properties: object], refusal: [code: string, message: RegExp]]>([
    ['a name that starts with a digit', ['1ws', gpuPool], ['InvalidParameter', /name is invalid/]],
    ['a name of thirteen characters', ['w123456789012', gpuPool], ['InvalidParameter', /name is invalid/]],
    ['a capital in a name', ['Ws1', gpuPool], ['InvalidParameter', /name is invalid/]],
    ['a pool without a size', ['ws1', { count: 1 }], ['InvalidParameter', /vmSize/]],
    [
      'an unknown size',
      ['ws1', { vmSize: 'Standard_X1' }],
      ['VMSizeNotSupported', /is not supported for subscription/],
    ],
    ['a count above the limit', ['ws1', { ...gpuPool, count: 1001 }], ['InvalidParameter', /count/]],
    ['a system pool of no machine', ['ws1', { ...gpuPool, count: 0, mode: 'System' }], ['InvalidParameter', /count/]],
    ['a disk that is too big', ['ws1', { ...gpuPool, osDiskSizeGB: 4096 }], ['InvalidParameter', /osDiskSizeGB/]],
    [
      'an ephemeral disk beyond the local one',
      ['ws1', { ...gpuPool, osDiskType: 'Ephemeral', osDiskSizeGB: 128 }],
      ['BadRequest', /larger cache or disable ephemeral OS/],
    ],
    [
      'a zone the region lacks',
      ['ws1', { ...gpuPool, availabilityZones: ['4'] }],
      ['AvailabilityZoneNotSupported', /'4'/],
    ],
    [
      'a label of AKS',
      ['ws1', { ...gpuPool, nodeLabels: { 'kubernetes.azure.com/x': 'y' } }],
      ['BadRequest', /preserved by aks system labels/],
    ],
    [
      'a label the kubelet may not set',
      ['ws1', { ...gpuPool, nodeLabels: { 'node-role.kubernetes.io/gpu': '' } }],
      ['BadRequest', /must begin with an allowed prefix/],
    ],
    [
      'a label value with a space',
      ['ws1', { ...gpuPool, nodeLabels: { a: 'b c' } }],
      ['BadRequest', /does not meet syntax/],
    ],
    ['a taint without effect', ['ws1', { ...gpuPool, nodeTaints: ['sku=gpu'] }], ['InvalidParameter', /nodeTaints/]],
    [
      'a slash in a tag name',
      ['ws1', { ...gpuPool, tags: { 'kaito.sh/a': 'b' } }],
      ['InvalidParameter', /reserved characters/],
    ],
    [
      'a property of nobody',
      ['ws1', { ...gpuPool, nodeInitializationTaints: [] }],
      ['UnmarshalError', /unknown field "nodeInit/],
    ],
    [
      'a property of nobody in a profile',
      ['ws1', { ...gpuPool, upgradeSettings: { maxsurge: '33%' } }],
      ['UnmarshalError', /unknown field "maxsurge"/],
    ],
    [
      'machines that are in no scale set',
      ['ws1', { ...gpuPool, type: 'VirtualMachines' }],
      ['InvalidParameter', /type is invalid.*simulation/],
    ],
    [
      'a count that is text',
      ['ws1', { ...gpuPool, count: '1' }],
      ['UnmarshalError', /cannot unmarshal .*properties\.count/],
    ],
  ])('%s', async (_rule, [name, properties], [code, message]) => {
    const { put, emulator } = emulatedArm()
    const { status, body } = await put(name, properties)
    expect({ status, body }).toMatchObject({ status: 400, body: { code, details: null, subcode: '' } })
    expect(body).toMatchObject({ message: expect.stringMatching(message) })
    expect(emulator.ledger.livePools()).toEqual([])
  })

  test('a retired size where the region no longer offers it', async () => {
    const retired = { vmSize: 'Standard_NC6s_v3' }
    expect(await emulatedArm().put('ws1', retired)).toMatchObject({ status: 201 })
    const { status, body } = await emulatedArm({ offersRetiredSizes: false }).put('ws1', retired)
    expect({ status, body }).toMatchObject({
      status: 400,
      body: {
        code: 'VMSizeNotSupported',
        message: expect.stringContaining("Virtual Machine size: 'Standard_NC6s_v3' is not supported for subscription"),
      },
    })
  })

  test('a body that is not JSON, in the envelope of ARM', async () => {
    const { send } = emulatedArm()
    const path = `${CLUSTER_PATH}/agentPools/ws1?api-version=2026-06-01`
    expect(await send('PUT', path, { text: '{' })).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidRequestContent' } },
    })
  })

  test('one pool more than a cluster has', async () => {
    const { put } = emulatedArm({ maxAgentPools: 2 })
    expect(await put('ws1', gpuPool)).toMatchObject({ status: 201 })
    expect(await put('ws2', gpuPool)).toMatchObject({ status: 400, body: { code: 'BadRequest' } })
  })
})

describe('ETags', () => {
  test.each<[rule: string, headers: Record<string, string>, expected: { exists: boolean; status: number }]>([
    ['no header creates', {}, { exists: false, status: 201 }],
    ['no header updates', {}, { exists: true, status: 200 }],
    ['If-Match * needs a pool', { 'if-match': '*' }, { exists: false, status: 412 }],
    ['If-Match * updates', { 'if-match': '*' }, { exists: true, status: 200 }],
    ['a stale If-Match does not create', { 'if-match': '"xyz"' }, { exists: false, status: 412 }],
    ['a stale If-Match does not update', { 'if-match': '"xyz"' }, { exists: true, status: 412 }],
    ['If-None-Match * creates', { 'if-none-match': '*' }, { exists: false, status: 201 }],
    ['If-None-Match * does not update', { 'if-none-match': '*' }, { exists: true, status: 412 }],
    ['If-None-Match knows only *', { 'if-none-match': '"xyz"' }, { exists: false, status: 400 }],
    ['both headers at once are refused', { 'if-match': '*', 'if-none-match': '*' }, { exists: true, status: 400 }],
  ])('%s', async (_rule, headers, { exists, status }) => {
    const { put, emulator } = emulatedArm()
    if (exists) await put('ws1', gpuPool)
    emulator.advance(90)
    expect(await put('ws1', gpuPool, headers)).toMatchObject({ status })
  })

  test('the ETag that was read lets a change through once', async () => {
    const { put, get, remove, emulator } = emulatedArm()
    await put('ws1', gpuPool)
    emulator.advance(90)
    const { body } = await get('ws1')
    const etag = JSON.stringify(body).match(/"eTag":"([^"]+)"/)?.[1] ?? ''
    expect(await put('ws1', gpuPool, { 'if-match': `"${etag}"` })).toMatchObject({ status: 200 })
    emulator.advance(90)
    expect(await remove('ws1', { 'if-match': etag })).toMatchObject({ status: 412 })
  })
})

describe('an update', () => {
  test('keeps what it does not name and cannot change what is fixed at birth', async () => {
    const { put, emulator } = emulatedArm()
    await put('ws1', { ...gpuPool, nodeLabels: { a: 'b' } })
    emulator.advance(90)
    expect(await put('ws1', { vmSize: 'Standard_NC48ads_A100_v4' })).toMatchObject({
      status: 400,
      body: { code: 'PropertyChangeNotAllowed', target: 'properties.vmSize' },
    })
    expect(await put('ws1', { tags: { owner: 'claim-2' } })).toMatchObject({
      status: 200,
      body: { properties: { provisioningState: 'Updating', nodeLabels: { a: 'b' }, tags: { owner: 'claim-2' } } },
    })
  })

  test('labels reach the Node that is there', async () => {
    const { put, emulator, nodesOf } = emulatedArm()
    await put('ws1', gpuPool)
    emulator.advance(90)
    await put('ws1', { nodeLabels: { tier: 'gold' } })
    emulator.advance(20)
    expect(nodesOf('ws1')[0]?.metadata.labels).toMatchObject({ tier: 'gold' })
  })

  test('of the count joins and removes machines, and the bill follows', async () => {
    const { put, get, emulator, nodesOf } = emulatedArm()
    await put('ws1', gpuPool)
    emulator.advance(90)
    await put('ws1', { count: 3 })
    expect(await get('ws1')).toMatchObject({ body: { properties: { provisioningState: 'Scaling', count: 3 } } })
    emulator.advance(90)
    expect(nodesOf('ws1').map(({ metadata }) => metadata.name.slice(-6))).toEqual(['000000', '000001', '000002'])
    expect(emulator.ledger.gpuMinutes('ws1')).toBe(1.5 + 3 * 1.5)
    await put('ws1', { count: 1 })
    emulator.advance(20)
    expect(nodesOf('ws1')).toHaveLength(1)
    expect(emulator.ledger.intervals().at(-1)).toMatchObject({ machines: 1 })
  })
})

// Like the examples of the AKS API description.
test.each<[rule: string, properties: object]>([
  ['spot machines', { vmSize: 'Standard_DS1_v2', scaleSetPriority: 'Spot', scaleSetEvictionPolicy: 'Delete' }],
  ['an ephemeral disk in the cache', { vmSize: 'Standard_DS2_v2', osDiskSizeGB: 64, osDiskType: 'Ephemeral' }],
  [
    'parts of GPUs',
    { vmSize: 'Standard_ND96asr_v4', gpuInstanceProfile: 'MIG2g', kubeletConfig: { failSwapOn: false } },
  ],
  ['another runtime', { vmSize: 'Standard_DS2_v2', osDiskSizeGB: 64, workloadRuntime: 'WasmWasi', mode: 'User' }],
])('takes %s', async (_rule, properties) => {
  const { put } = emulatedArm()
  const asked = { count: 3, orchestratorVersion: '', osType: 'Linux', ...properties }
  expect(await put('agentpool1', asked)).toMatchObject({ status: 201, body: { properties } })
})

test('runs the version of Kubernetes that was asked for in full', async () => {
  const { put, nodesOf, emulator } = emulatedArm({ kubernetesVersion: '1.34.2' })
  const current = (currentOrchestratorVersion: string) => ({ body: { properties: { currentOrchestratorVersion } } })
  expect(await put('ws1', { ...gpuPool, orchestratorVersion: '1.33.5' })).toMatchObject(current('1.33.5'))
  expect(await put('ws2', { ...gpuPool, orchestratorVersion: '1.34' })).toMatchObject(current('1.34.2'))
  emulator.advance(90)
  expect(nodesOf('ws1')).toMatchObject([{ status: { nodeInfo: { kubeletVersion: 'v1.33.5' } } }])
})
