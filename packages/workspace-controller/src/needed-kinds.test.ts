import { customResourceDefinitions } from '@kaito/api'
import { definitionFault } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { NEEDED_KINDS } from './needed-kinds.ts'

const [workspaces, machines] = NEEDED_KINDS
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
