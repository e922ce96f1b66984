import { customResourceDefinitions } from '@kaito/api'
import { definitionFault } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { NEEDED_KINDS } from './needed-kinds.ts'

const [kind] = NEEDED_KINDS
const text = JSON.stringify(customResourceDefinitions()['karpenter.sh_machines.yaml'])
const established = { status: { conditions: [{ type: 'Established', status: 'True' }] } }
const faultOf = (definition: string) => kind && definitionFault({ ...JSON.parse(definition), ...established }, kind)

test('the definition of this release fits', () => expect(faultOf(text)).toBeUndefined())

test.each([
  ['without the version we speak', '"name":"v1alpha5"', '"name":"v1beta1"', 'does not serve v1alpha5'],
  ['that does not serve it', '"served":true', '"served":false', 'does not serve v1alpha5'],
  ['that would drop the provider ID', '"providerID"', '"anotherID"', 'would drop status.providerID'],
])('one %s does not', (_case, ...[part, replacement, fault]) => {
  expect(text).toContain(part)
  expect(faultOf(text.replaceAll(part, replacement))).toEqual({
    fault,
    isAbsent: false,
    remedy: 'install the one of this release, it comes with the chart gpu-provisioner',
  })
})
