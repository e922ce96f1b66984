import { customResourceDefinitions } from '@kaito/api'
import { definitionFault } from '@kaito/controller-kit/testing'
import { describe, expect, test } from 'vitest'
import { CLASSES } from '../testing/adapters.ts'
import { neededKinds } from './needed-kinds.ts'

const provisioner = { classes: CLASSES, comesWith: 'the chart gpu-provisioner' }

const both = neededKinds(provisioner, { machines: true, nodeClaims: true })
const definitions = customResourceDefinitions()
const established = { status: { conditions: [{ type: 'Established', status: 'True' }] } }

function faultOf(plural: string, change: (text: string) => string = (text) => text) {
  const kind = both.find(({ resource }) => resource.plural === plural)
  const [, definition] = Object.entries(definitions).find(([name]) => name.endsWith(`_${plural}.yaml`)) ?? []
  if (!kind || !definition) throw new Error(`there is no kind ${plural}`)
  return definitionFault({ ...JSON.parse(change(JSON.stringify(definition))), ...established }, kind)
}

test.each(['machines', 'nodeclaims', 'agentpoolclasses'])('the definition of %s of this release fits', (plural) => {
  expect(faultOf(plural)).toBeUndefined()
})

test('one kind of claim is enough, and classes are never waited for', () => {
  expect(both.map(({ resource, needed }) => [resource.kind, needed])).toEqual([
    ['Machine', 'any'],
    ['NodeClaim', 'any'],
    ['AgentPoolClass', 'never'],
  ])
})

test('a kind that is not served is not asked for', () => {
  const kinds = neededKinds(provisioner, { machines: false, nodeClaims: true })
  expect(kinds.map(({ resource }) => resource.kind)).toEqual(['NodeClaim', 'AgentPoolClass'])
})

test('classes are of no use to a provisioner whose claims cannot name one', () => {
  const classes = { group: 'inventory.example.com', kinds: ['HostInventory'] }
  const kinds = neededKinds({ ...provisioner, classes }, { machines: true, nodeClaims: true })
  expect(kinds.map(({ resource }) => resource.kind)).toEqual(['Machine', 'NodeClaim'])
})

describe.each([
  ['machines', 'v1alpha5'],
  ['nodeclaims', 'v1'],
])('a definition of %s', (plural, version) => {
  test.each([
    ['without the version we speak', `"name":"${version}"`, '"name":"v1beta1"', `does not serve ${version}`],
    ['that does not serve it', '"served":true', '"served":false', `does not serve ${version}`],
    ['that would drop the provider ID', '"providerID"', '"anotherID"', 'would drop status.providerID'],
  ])('%s does not fit', (_case, ...[part, replacement, fault]) => {
    const change = (text: string) => {
      expect(text).toContain(part)
      return text.replaceAll(part, replacement)
    }
    expect(faultOf(plural, change)).toEqual({
      fault,
      isAbsent: false,
      remedy: 'install the one of this release, it comes with the chart gpu-provisioner',
    })
  })
})
