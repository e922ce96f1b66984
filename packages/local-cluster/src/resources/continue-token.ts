import { badRequest } from '../status-error.ts'

/** Where a list goes on: behind a key, in the state of a revision. */
export interface ContinueToken {
  revision: number
  /** The first key that may follow. */
  start: string
}

const VERSION = 'meta.k8s.io/v1'

/** In the form of the real server. */
export function continueToken({ revision, start }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start })).toString('base64url')
}

export function parsedContinueToken(text: string): ContinueToken {
  const { v: version, rv: revision, start } = fieldsOf(text)
  if (version !== VERSION) throw unreadable(`: server does not recognize this encoded version ${version ?? ''}`)
  if (typeof revision !== 'number' || revision === 0) {
    throw unreadable(`: incorrect encoded start resourceVersion (version ${VERSION})`)
  }
  if (typeof start !== 'string' || start === '') throw unreadable(`: encoded start key empty (version ${VERSION})`)
  return { revision, start }
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch (error) {
    throw unreadable(`: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function unreadable(why: string) {
  return badRequest(`invalid continue token: continue key is not valid${why}`)
}
