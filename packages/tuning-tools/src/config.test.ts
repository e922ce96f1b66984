import { expect, test } from 'vitest'
import { readConfig, terminationLog } from './config.ts'
import { refusalOf } from './download/address-rules.ts'

test('without settings, only public addresses, 100 GiB and a day', () => {
  for (const given of [{}, { ALLOW_ADDRESSES: '', MAX_DATA_GIB: '', PUSH_DEADLINE_HOURS: '' }]) {
    expect(readConfig(given)).toEqual({
      allowedRanges: [],
      mostDataBytes: 100 * 1024 ** 3,
      pushDeadlineMs: 24 * 3_600_000,
    })
  }
})

test('reads what is set', () => {
  const given = { ALLOW_ADDRESSES: '10.1.0.0/16, fd00::/8', MAX_DATA_GIB: '0.5', PUSH_DEADLINE_HOURS: '0.1' }
  const { allowedRanges, ...rest } = readConfig(given)
  expect(rest).toEqual({ mostDataBytes: 1024 ** 3 / 2, pushDeadlineMs: 360_000 })
  expect(['10.1.2.3', 'fd12::1', '10.2.0.1'].map((address) => refusalOf(address, allowedRanges))).toEqual([
    undefined,
    undefined,
    'private',
  ])
})

test.each([
  ['ALLOW_ADDRESSES', '10.1.2.3'],
  ['ALLOW_ADDRESSES', '10.0.0.0/33'],
  ['ALLOW_ADDRESSES', '10.0.0.0/8,,fd00::/8'],
  ['MAX_DATA_GIB', '0'],
  ['MAX_DATA_GIB', 'much'],
  ['PUSH_DEADLINE_HOURS', '-1'],
])('names a wrong setting: %s=%s', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(
    expect.objectContaining({ exitCode: 64, message: expect.stringContaining(name) }),
  )
})

test("the last word goes to the kubelet's file, which is not made, or to one's own", () => {
  expect(terminationLog({})).toEqual({ path: '/dev/termination-log', create: false })
  expect(terminationLog({ TERMINATION_LOG: '/tmp/word' })).toEqual({ path: '/tmp/word', create: true })
})
