import { expect, test } from 'vitest'
import { valuesAt } from './json-path.ts'

const OBJECT = {
  spec: { size: 3, names: ['a', 'b'] },
  metadata: { annotations: { 'example.com/x.y': 'z' } },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  },
}

test.each([
  ['.spec.size', [3]],
  ['.spec.missing', []],
  ['.spec.names[1]', ['b']],
  ['.spec.names[*]', ['a', 'b']],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type=='Ready')].status", ['True']],
  ['.status.conditions[?(@.type == "None")].status', []],
  ['.status.conditions[?(@.status!="True")].type', ['Other']],
  ['.status.conditions[?(@.reason != "None")].type', []],
  [".metadata.annotations['example.com/x.y']", ['z']],
  ['.metadata.annotations.example\\.com/x\\.y', ['z']],
  ['{.spec.size}', [3]],
])('%s finds %j', (path, values) => {
  expect(valuesAt(path, OBJECT)).toEqual(values)
})

test('a path that cannot be read is refused', () => {
  expect(() => valuesAt('.spec[', OBJECT)).toThrow('unrecognized JSONPath')
})
