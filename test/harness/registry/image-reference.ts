/** An image's address: where it is and what it is called there. */
export interface ImageReference {
  host: string
  repository: string
  /** Tag or digest. */
  reference: string
}

const LOOPBACK = /^(localhost|127\.0\.0\.1):\d+$/

/** Reads `HOST/REPOSITORY[:TAG][@DIGEST]`; undefined without a host of its own. */
export function parseImage(image: string): ImageReference | undefined {
  const [, host, repository, tag, digest] =
    /^([^/]+[.:][^/]*|localhost)\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(image) ?? []
  if (host === undefined || repository === undefined) return undefined
  return { host, repository, reference: digest ?? tag ?? 'latest' }
}

/** Whether a host can be a registry of a test: it is spoken to without TLS. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host)
}
