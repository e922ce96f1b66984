import { BlockList, isIP, isIPv4 } from 'node:net'
import type { Environment } from '@marcbachmann/cel-js'
import { isCidr } from '../schema/format.ts'

class AddressValue {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

class NetworkValue {
  readonly address: string
  readonly bits: number
  constructor(text: string) {
    const [address = '', bits = ''] = text.split('/')
    this.address = address
    this.bits = Number(bits)
  }
}

class UrlValue {
  readonly url: URL
  constructor(url: URL) {
    this.url = url
  }
}

function addressValue(text: string): AddressValue {
  if (isIP(text) === 0) throw new Error(`IP Address "${text}" parse error during conversion from string`)
  return new AddressValue(text)
}

function networkValue(text: string): NetworkValue {
  if (!isCidr(text)) throw new Error(`network address parse error during conversion from string: "${text}"`)
  return new NetworkValue(text)
}

/** As Go's `url.ParseRequestURI` judges: absolute, or a path from the root. */
function urlOf(text: string): URL | undefined {
  if (text.startsWith('/')) return URL.parse(text, 'path://') ?? undefined
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) ? (URL.parse(text) ?? undefined) : undefined
}

function urlValue(text: string): UrlValue {
  const url = urlOf(text)
  if (url === undefined) throw new Error(`URL parse error during conversion from string: parse "${text}": invalid URI`)
  return new UrlValue(url)
}

function family(text: string): 'ipv4' | 'ipv6' {
  return isIPv4(text) ? 'ipv4' : 'ipv6'
}

function containsAddress({ address, bits }: NetworkValue, inner: string): boolean {
  if (family(address) !== family(inner)) return false
  const network = new BlockList()
  network.addSubnet(address, bits, family(address))
  return network.check(inner, family(inner))
}

function containsNetwork(outer: NetworkValue, inner: NetworkValue): boolean {
  return inner.bits >= outer.bits && containsAddress(outer, inner.address)
}

/** Kubernetes' url, ip and cidr libraries, as far as rules of custom resources use them. */
export function registerNetwork(environment: Environment): void {
  environment
    .registerType('AddressValue', AddressValue)
    .registerType('NetworkValue', NetworkValue)
    .registerType('UrlValue', UrlValue)
    .registerFunction('isIP(string): bool', (text: string) => isIP(text) !== 0)
    .registerFunction('ip(string): AddressValue', addressValue)
    .registerFunction('AddressValue.family(): int', ({ text }: AddressValue) => BigInt(isIP(text)))
    .registerFunction('isCIDR(string): bool', isCidr)
    .registerFunction('cidr(string): NetworkValue', networkValue)
    .registerFunction('NetworkValue.prefixLength(): int', ({ bits }: NetworkValue) => BigInt(bits))
    .registerFunction('NetworkValue.ip(): AddressValue', ({ address }: NetworkValue) => new AddressValue(address))
    .registerFunction('NetworkValue.containsIP(string): bool', containsAddress)
    .registerFunction('NetworkValue.containsIP(AddressValue): bool', (outer: NetworkValue, { text }: AddressValue) =>
      containsAddress(outer, text),
    )
    .registerFunction('NetworkValue.containsCIDR(NetworkValue): bool', containsNetwork)
    .registerFunction('NetworkValue.containsCIDR(string): bool', (outer: NetworkValue, text: string) =>
      containsNetwork(outer, networkValue(text)),
    )
  registerUrls(environment)
}

function registerUrls(environment: Environment): void {
  const isAbsolute = (url: URL): boolean => url.protocol !== 'path:'
  environment
    .registerFunction('isURL(string): bool', (text: string) => urlOf(text) !== undefined)
    .registerFunction('url(string): UrlValue', urlValue)
    .registerFunction('UrlValue.getScheme(): string', ({ url }: UrlValue) =>
      isAbsolute(url) ? url.protocol.slice(0, -1) : '',
    )
    .registerFunction('UrlValue.getHost(): string', ({ url }: UrlValue) => url.host)
    .registerFunction('UrlValue.getHostname(): string', ({ url }: UrlValue) => url.hostname.replace(/^\[|\]$/g, ''))
    .registerFunction('UrlValue.getPort(): string', ({ url }: UrlValue) => url.port)
    .registerFunction('UrlValue.getEscapedPath(): string', ({ url }: UrlValue) => url.pathname)
    .registerFunction('UrlValue.getQuery(): map', ({ url }: UrlValue) =>
      Object.fromEntries([...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name)])),
    )
}
