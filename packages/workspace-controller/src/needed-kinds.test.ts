import { customResourceDefinitions } from '@kaito/api'
import { definitionFault } from '@kaito/controller-kit/testing'
import { backendSettings } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { neededKinds } from './needed-kinds.ts'

const [workspaces, machines] = neededKinds({ provisioner: 'machine', backend: backendSettings('gpu-provisioner') })
const established = { status: { conditions: [{ type: 'Established', status: 'True' }] } }
const textOf = (file: string) => JSON.stringify(customResourceDefinitions()[file])
const definition = (text: string) => ({ ...JSON.parse(text), ...established })

test('the definitions of this release fit', () => {
  const served = [
    [workspaces, textOf('kaito.sh_workspaces.yaml')],
    [machines, textOf('karpenter.sh_machines.yaml')],
  ] as const
  for (const [kind, text] of served) expect(kind && definitionFault(definition(text), kind)).toBeUndefined()
})

test('one that KAITO left behind is told by what it would drop', () => {
  const older = textOf('kaito.sh_workspaces.yaml').replaceAll('"slots"', '"other"')
  expect(workspaces && definitionFault(definition(older), workspaces)).toEqual({
    fault: 'would drop status.slots',
    isAbsent: false,
    remedy: 'install the one of this release, it comes with the chart workspace',
  })
})

test('every field of a slot, which is all that a restart remembers, is asked for', () => {
  const [version] = definition(textOf('kaito.sh_workspaces.yaml')).spec.versions
  const { slots } = version.schema.openAPIV3Schema.properties.status.properties
  const fields = Object.keys(slots.items.properties).map((field) => `status.slots.${field}`)
  expect(workspaces?.fields).toEqual(expect.arrayContaining(fields))
})

test('a kind that is asked for is said to be missing, and one of an earlier setting is not waited for', () => {
  const kinds = neededKinds({ provisioner: 'nodeclaim', backend: backendSettings('karpenter-kwok') })
  expect(kinds.map(({ resource, needed = 'always', comesWith }) => [resource.plural, needed, comesWith])).toEqual([
    ['workspaces', 'always', 'the chart workspace'],
    ['machines', 'never', 'the chart gpu-provisioner'],
    ['nodeclaims', 'later', 'karpenter-kwok'],
    ['nodepools', 'never', 'karpenter-kwok'],
    ['kwoknodeclasses', 'never', 'karpenter-kwok'],
  ])
})
