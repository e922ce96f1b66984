import { type Dispatcher, request } from 'undici'
import { EXIT, Failure } from '../failure.ts'
import { shownUrl } from '../shown-text.ts'
import { urlRefusal } from './address-rules.ts'

const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

interface Asking {
  agent: Dispatcher
  signal: AbortSignal
}

/**
 * Asks for a file and follows redirects, each judged as the first address was. Sends nothing but the request itself.
 *
 * @throws Failure for an address that is not allowed and for too many redirects; otherwise what the network threw.
 */
export async function requestFile(url: URL, { agent, signal }: Asking): Promise<Dispatcher.ResponseData> {
  let address = url
  for (let redirects = 0; ; redirects += 1) {
    mustBeServed(address)
    const headers = { 'user-agent': 'kaito-tuning-tools', 'accept-encoding': 'identity' }
    const answer = await request(address, { dispatcher: agent, headers, signal })
    const { location } = answer.headers
    if (!REDIRECTS.has(answer.statusCode) || typeof location !== 'string') return answer
    await answer.body.dump()
    const next = URL.parse(location, address.href)
    if (!next) throw new Failure(EXIT.input, `${shownUrl(url)} redirects to what is no URL: correct the address`)
    if (redirects === MOST_REDIRECTS) {
      throw new Failure(EXIT.input, `${shownUrl(url)} redirects more than ${MOST_REDIRECTS} times: correct the address`)
    }
    address = next
  }
}

/** @throws Failure when an address is refused before its host is looked up. */
export function mustBeServed(url: URL): void {
  const refusal = urlRefusal(url)
  if (refusal) {
    throw new Failure(EXIT.address, `the address ${shownUrl(url)} is not allowed (${refusal}): write another one`)
  }
}
