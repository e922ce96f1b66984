import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

const ruleSchema = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
  verbs: z.array(z.string()),
})
const roleSchema = z.object({ kind: z.enum(['Role', 'ClusterRole']), rules: z.array(ruleSchema) })
const eventSchema = z.looseObject({
  verb: z.string(),
  userAgent: z.string().default(''),
  objectRef: z
    .looseObject({
      apiGroup: z.string().default(''),
      resource: z.string(),
      subresource: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  annotations: z.record(z.string(), z.string()).default({}),
})

/** The smallest piece of a right: one verb on one resource, on one object where it is named. */
export interface Grant {
  group: string
  /** With its subresource, as in rules. */
  resource: string
  verb: string
  /** Everywhere, or in the namespace of the release only. */
  scope: 'cluster' | 'namespace'
  name: string | undefined
}

/** One request of a controller, as the audit log of an API server tells it. */
export interface TracedRequest {
  controller: string
  group: string
  resource: string
  verb: string
  namespace: string | undefined
  name: string | undefined
  allowed: boolean
}

/** Every right that the Roles and ClusterRoles among rendered manifests grant. */
export function grantsOf(manifests: string): Grant[] {
  const roles = parseAllDocuments(manifests).flatMap((document) => roleSchema.safeParse(document.toJS()).data ?? [])
  return roles.flatMap(({ kind, rules }) =>
    rules.flatMap((rule) =>
      piecesOf(rule).map((piece) => ({ ...piece, scope: kind === 'Role' ? 'namespace' : 'cluster' }) as const),
    ),
  )
}

function piecesOf({ apiGroups, resources, resourceNames, verbs }: z.infer<typeof ruleSchema>) {
  const names = resourceNames ?? [undefined]
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.flatMap((verb) => names.map((name) => ({ group, resource, verb, name })))),
  )
}

/** The requests of controllers in an audit log of one JSON object a line (`audit.k8s.io/v1` Event). */
export function tracedRequests(log: string): TracedRequest[] {
  return log.split('\n').flatMap((line) => {
    if (line === '') return []
    const { verb, userAgent, objectRef, annotations } = eventSchema.parse(JSON.parse(line))
    if (!objectRef) return []
    const { apiGroup, resource, subresource, namespace, name } = objectRef
    return {
      controller: userAgent,
      group: apiGroup,
      resource: subresource ? `${resource}/${subresource}` : resource,
      verb,
      namespace,
      name,
      allowed: annotations['authorization.k8s.io/decision'] === 'allow',
    }
  })
}

/** Whether the right is what let this request through, as far as the request shows. */
export function covers(grant: Grant, request: TracedRequest, releaseNamespaces: readonly string[]): boolean {
  const isThere = grant.scope === 'cluster' || releaseNamespaces.includes(request.namespace ?? '')
  const isNamed = grant.name === undefined || grant.name === request.name
  return (
    isThere &&
    isNamed &&
    grant.group === request.group &&
    grant.resource === request.resource &&
    grant.verb === request.verb
  )
}

/**
 * Whether the request needs the right to be as wide as it is: a right for the whole cluster is not needed by what stays
 * in the namespace of the release.
 */
export function needs(grant: Grant, request: TracedRequest, releaseNamespaces: readonly string[]): boolean {
  const isWide = request.namespace === undefined || !releaseNamespaces.includes(request.namespace)
  return covers(grant, request, releaseNamespaces) && (grant.scope === 'namespace' || isWide)
}

/** One line that tells the right. */
export function printed({ group, resource, verb, scope, name }: Grant): string {
  return [verb, group === '' ? resource : `${resource}.${group}`, name ?? '', scope]
    .filter((part) => part !== '')
    .join(' ')
}
