import { generate } from 'selfsigned'

export interface ServerCertificate {
  /** PEM of the authority to trust. */
  ca: string
  cert: string
  key: string
}

const LIFETIME_DAYS = 3650
const DAY_MS = 86_400_000

/** A certificate authority of its own and, signed by it, a certificate for `hosts` (names or IP addresses). */
export async function createServerCertificate(hosts: readonly string[], now = Date.now()): Promise<ServerCertificate> {
  // A day of slack: machines that talk to each other rarely agree on the minute.
  const notBeforeDate = new Date(now - DAY_MS)
  const validity = { notBeforeDate, notAfterDate: new Date(now + LIFETIME_DAYS * DAY_MS) }
  const base = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256', ...validity } as const
  const authority = await generate([{ name: 'commonName', value: 'Azure emulator CA' }], {
    ...base,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const server = await generate([{ name: 'commonName', value: 'Azure emulator' }], {
    ...base,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: hosts.map(altName) },
    ],
  })
  return { ca: authority.cert, cert: server.cert, key: server.private }
}

function altName(host: string): { type: 2; value: string } | { type: 7; ip: string } {
  return /^[\d.]+$|:/.test(host) ? { type: 7, ip: host } : { type: 2, value: host }
}
