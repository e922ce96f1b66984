import { generate } from 'selfsigned'

/** PEM texts of a server's certificate and of the authority that signed it. */
interface ServerCertificate {
  caPem: string
  certPem: string
  keyPem: string
}

const DAY_MS = 86_400_000

/**
 * A new authority and a certificate by it for loopback. `now` is in milliseconds since the epoch: clients check it by
 * the wall clock, whatever clock the cluster runs on.
 */
export async function createServerCertificate(now = Date.now()): Promise<ServerCertificate> {
  const validity = { notBeforeDate: new Date(now - DAY_MS), notAfterDate: new Date(now + 365 * DAY_MS) }
  const common = { ...validity, keyType: 'ec', algorithm: 'sha256' } as const
  const authority = await generate([{ name: 'commonName', value: 'local-cluster-ca' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  })
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc']
  const server = await generate([{ name: 'commonName', value: 'kube-apiserver' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  return { caPem: authority.cert, certPem: server.cert, keyPem: server.private }
}
