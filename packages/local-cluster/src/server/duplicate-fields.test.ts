import { expect, test } from 'vitest'
import { duplicateFields } from './duplicate-fields.ts'

test.each<[json: string, paths: string[]]>([
  ['{"a":1,"b":2}', []],
  ['{"a":1,"a":2}', ['a']],
  ['{"a":{"b":1,"b":2},"c":{"b":1}}', ['a.b']],
  ['{"a":[{"x":1},{"x":1,"y":[],"x":3}]}', ['a[1].x']],
  ['{"a":"{\\"a\\":1,\\"a\\":2}","b":"\\"a\\":"}', []],
  ['{"a":1,"\\u0061":2}', ['a']],
  ['["a","a",{"a":"a"}]', []],
  ['{"a":1,"a":2,"a":3}', ['a']],
])('%s', (json, paths) => expect(duplicateFields(json)).toEqual(paths))
