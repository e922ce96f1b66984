import { badRequest, preconditionFailed } from './refusals.ts'

/** ETag rules of AKS (learn.microsoft.com/azure/aks/use-etags): `current` is undefined when there is no pool. */
export function checkPreconditions(headers: Record<string, string>, current: string | undefined): void {
  const ifMatch = headers['if-match']
  const ifNoneMatch = headers['if-none-match']
  if (ifMatch && ifNoneMatch) throw badRequest('Only one of the headers If-Match and If-None-Match may be given.')
  if (ifNoneMatch && ifNoneMatch !== '*') throw badRequest("The header If-None-Match must be empty or '*'.")
  if (ifNoneMatch && current !== undefined)
    throw preconditionFailed("The resource exists already, and the request carries the header If-None-Match: '*'.")
  if (!ifMatch) return
  if (current === undefined)
    throw preconditionFailed(
      'Resource not found but ETag header is provided. If this is a request to create, please do not provide ETag.',
    )
  const matches = ifMatch === '*' || ifMatch.replace(/^"(.*)"$/, '$1') === current
  if (!matches) throw preconditionFailed(`The eTag ${ifMatch} does not match that of the resource.`)
}
