import { expect, test } from 'vitest'
import { createContainerPaths } from './container-paths.ts'

const mounts = [
  { at: '/mnt', host: '/host/outer', readOnly: false },
  { at: '/mnt/inner', host: '/host/inner', readOnly: true },
  { at: '/unknown', host: undefined, readOnly: true },
]
const { path, writablePath } = createContainerPaths(mounts, '/host/image')

test.each([
  ['a mount', '/mnt', '/host/outer', '/host/outer'],
  ['a file of a mount', '/mnt/a/b', '/host/outer/a/b', '/host/outer/a/b'],
  ['the deepest mount', '/mnt/inner/x', '/host/inner/x', undefined],
  ['a name that only begins alike', '/mnt/innermost', '/host/outer/innermost', '/host/outer/innermost'],
  ['the image', '/data/.', '/host/image/data', undefined],
  ['a way out of a mount', '/mnt/inner/../../data', '/host/image/data', undefined],
  ['a way out of everything', '/../../etc', '/host/image/etc', undefined],
  ['what is not simulated', '/unknown/x', undefined, undefined],
])('finds %s', (_what, asked, read, written) => expect([path(asked), writablePath(asked)]).toEqual([read, written]))

test('finds nothing in an image that is not simulated', () => {
  expect(createContainerPaths([], undefined).path('/data')).toBeUndefined()
})
