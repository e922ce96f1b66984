import ipaddr from 'ipaddr.js'

export type AddressRange = ReturnType<typeof ipaddr.parseCIDR>

/** Only this part of IPv6 is reachable from everywhere; the rest also holds deprecated ways to write IPv4 addresses. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** Azure answers there on every virtual machine, and it looks like any public address. */
const AZURE_PLATFORM = '168.63.129.16'

/** Nobody keeps data there, but clouds keep credentials there: no setting opens it. */
const NEVER = new Set(['azure platform', 'linkLocal', 'multicast', 'broadcast', 'unspecified'])

/**
 * Why data must not be fetched from an IP address, in a word or two; undefined when it may be. Whoever may create a
 * Workspace must not reach through it what only the cluster or its network can reach.
 */
export function refusalOf(address: string, allowed: AddressRange[]): string | undefined {
  // Answers of resolvers can name a zone: fe80::1%eth0.
  if (!ipaddr.isValid(address)) return 'not an address'
  const parsed = ipaddr.process(address)
  const kind = kindOf(parsed)
  if (kind === 'public') return undefined
  if (NEVER.has(kind)) return kind
  return allowed.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits)) ? undefined : kind
}

function kindOf(address: ReturnType<typeof ipaddr.process>): string {
  if (address.toString() === AZURE_PLATFORM) return 'azure platform'
  const range = address.range()
  if (range !== 'unicast') return range
  if (address instanceof ipaddr.IPv6 && !address.match(GLOBAL_IPV6)) return 'not global'
  return 'public'
}

/** Why a URL must not be asked, before its host is looked up; undefined when it may be. */
export function urlRefusal({ protocol, username, password }: URL): string | undefined {
  if (protocol !== 'http:' && protocol !== 'https:') return `${protocol} is not served, only http and https are`
  if (username !== '' || password !== '') return 'it carries a user or a password'
  return undefined
}
