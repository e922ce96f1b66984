import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { refusalOf, urlRefusal } from './address-rules.ts'

const ranges = (...texts: string[]) => texts.map((text) => ipaddr.parseCIDR(text))

test.each<[address: string, refusal: string | undefined]>([
  ['8.8.8.8', undefined],
  ['52.239.169.100', undefined],
  ['2606:4700:4700::1111', undefined],
  ['::ffff:8.8.8.8', undefined],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['10.0.0.1', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['169.254.169.254', 'linkLocal'],
  ['168.63.129.16', 'azure platform'],
  ['100.64.0.1', 'carrierGradeNat'],
  ['100.100.100.200', 'carrierGradeNat'],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['192.0.0.192', 'reserved'],
  ['192.0.2.1', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['224.0.0.1', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['fd00::1', 'uniqueLocal'],
  ['fd00:ec2::254', 'uniqueLocal'],
  ['fe80::1', 'linkLocal'],
  ['fe80::1%eth0', 'linkLocal'],
  ['fec0::1', 'deprecatedSiteLocal'],
  ['ff02::1', 'multicast'],
  ['2001:db8::1', 'reserved'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:a9fe:a9fe', 'linkLocal'],
  ['::ffff:a83f:8110', 'azure platform'],
  ['::7f00:1', 'not global'],
  ['64:ff9b::a9fe:a9fe', 'rfc6052'],
  ['2002:7f00:1::', '6to4'],
  ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'teredo'],
  ['data.example.com', 'not an address'],
  ['', 'not an address'],
])('row 66, S15: data at %j is refused as: %s', (address, refusal) => {
  expect(refusalOf(address, [])).toBe(refusal)
})

test.each<[opened: string, address: string, refusal: string | undefined]>([
  ['127.0.0.0/8', '127.0.0.1', undefined],
  ['127.0.0.0/8', '::ffff:127.0.0.1', undefined],
  ['127.0.0.0/8', '10.0.0.1', 'private'],
  ['10.20.0.0/16', '10.20.255.1', undefined],
  ['10.20.0.0/16', '10.21.0.1', 'private'],
  ['fd00::/8', 'fd00::1', undefined],
  ['fd00::/8', '10.0.0.1', 'private'],
  ['::/0', '::7f00:1', undefined],
  ['0.0.0.0/0', '192.168.0.1', undefined],
  ['0.0.0.0/0', '169.254.169.254', 'linkLocal'],
  ['0.0.0.0/0', '168.63.129.16', 'azure platform'],
  ['0.0.0.0/0', '0.0.0.0', 'unspecified'],
  ['::/0', '::ffff:169.254.169.254', 'linkLocal'],
])('with %s open, data at %s is refused as: %s', (opened, address, refusal) => {
  expect(refusalOf(address, ranges('203.0.113.0/24', opened))).toBe(refusal)
})

test.each<[url: string, refusal: string | undefined]>([
  ['http://data.example.com:8080/a.csv?sig=1', undefined],
  ['https://data.example.com/a.csv', undefined],
  ['ftp://data.example.com/a.csv', 'ftp: is not served, only http and https are'],
  ['file:///etc/passwd', 'file: is not served, only http and https are'],
  ['data:text/csv,a', 'data: is not served, only http and https are'],
  ['https://user@data.example.com/', 'it carries a user or a password'],
  ['https://:password@data.example.com/', 'it carries a user or a password'],
])('%s is refused before a look-up as: %s', (url, refusal) => {
  expect(urlRefusal(new URL(url))).toBe(refusal)
})

test.each(['http://2130706433/', 'http://0x7f.1/', 'http://017700000001/', 'http://127.1/', 'http://１２７.0.0.1/'])(
  '%s is read as the loopback address that it is',
  (url) => {
    expect(refusalOf(new URL(url).hostname, [])).toBe('loopback')
  },
)
