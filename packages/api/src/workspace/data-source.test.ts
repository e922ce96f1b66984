import { expect, test } from 'vitest'
import { inputSchema } from './data-source.ts'

const faults = (url: string) => inputSchema.safeParse({ urls: [url] }).error?.issues.map(({ message }) => message) ?? []

test.each([
  'https://example.com',
  'http://example.com/data.csv',
  'https://data.example.com:8443/a/b.parquet?sig=a%2Bb&se=2026-01-01#part',
  'https://huggingface.co/datasets/philschmid/dolly-15k-oai-style/resolve/main/data/train-00000.parquet?download=true',
  'https://Example.COM?a',
  'https://example.com/@user/file',
  'https://xn--bcher-kva.example/a',
  'https://1.2.3.4.example/a',
  'https://internal.example.com/local/svc',
  'https://notlocal.notinternal',
  `https://example.com/${'a'.repeat(2028)}`,
])('takes %s', (url) => expect(faults(url)).toEqual([]))

const NOT_PUBLIC =
  'is not an address that is served; write http(s)://, a host name such as data.example.com (no IP address, no user), and no spaces, quotes or backslashes'

test.each([
  '',
  'example.com/data',
  'ftp://example.com/a',
  'HTTPS://example.com/a',
  'https:///a',
  'https://localhost/a',
  'https://kubernetes/a',
  'https://user@example.com/a',
  'https://user:secret@example.com/a',
  'https://127.0.0.1/a',
  'https://169.254.169.254/latest/meta-data',
  'https://2130706433/a',
  'https://0x7f000001/a',
  'https://0x7f.1/a',
  'https://127.0.0.0x1/a',
  'https://[::1]/a',
  'https://[::ffff:127.0.0.1]/a',
  'https://example.com./a',
  'https://metadata.google.internal./a',
  'https://-a.example.com/a',
  'https://a..com/a',
  'https://a_b.example.com/a',
  'https://bücher.example/a',
  'https://example.com\\@evil.example/a',
  'https://example.com:/a',
  'https://example.com:123456/a',
  'https://example.com/a b',
  "https://example.com/a'b",
  'https://example.com/a"b',
  'https://example.com/a`b',
  'https://example.com/a\\b',
  'https://example.com/a\n',
  'https://example.com/ä',
  ' https://example.com/a',
  `https://${'a'.repeat(64)}.com/a`,
])('refuses %j', (url) => expect(faults(url)).toEqual([NOT_PUBLIC]))

test.each([
  'https://foo.localhost/a',
  'https://printer.local',
  'https://printer.LOCAL:80/a',
  'http://metadata.google.internal/computeMetadata',
  'https://vault.prod.svc/a',
  'https://vault.prod.svc.cluster.local?a',
  'https://vault.prod.Svc#a',
])('refuses %s, which only the cluster can reach', (url) => {
  expect(faults(url)).toEqual([
    'is an address inside of the cluster or of its network; write one that is reachable from outside',
  ])
})

test('refuses an address that is too long', () => {
  expect(faults(`https://example.com/${'a'.repeat(2029)}`)).toEqual(['may not be longer than 2048 characters'])
})
