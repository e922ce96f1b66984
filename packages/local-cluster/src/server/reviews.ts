import { fieldsAt, isJsonObject } from '../json.ts'
import type { UserInfo } from '../kind-definition.ts'
import type { DiscoveredResource } from './discovered-resource.ts'

const ALLOWED = 'this embedded API server allows everything to every authenticated user'

type Review = (spec: Record<string, unknown>, context: ReviewContext) => object

interface ReviewContext {
  user: UserInfo
  /** The user of a bearer token; undefined when the token is not valid. */
  authenticate(token: string): UserInfo | undefined
}

const allowed: Review = () => ({ allowed: true, reason: ALLOWED })

const REVIEWS: { group: string; plural: string; kind: string; namespaced?: true; review: Review }[] = [
  {
    group: 'authentication.k8s.io',
    plural: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    review: (_spec, { user }) => ({ userInfo: user }),
  },
  { group: 'authentication.k8s.io', plural: 'tokenreviews', kind: 'TokenReview', review: tokenReview },
  {
    group: 'authorization.k8s.io',
    plural: 'localsubjectaccessreviews',
    kind: 'LocalSubjectAccessReview',
    namespaced: true,
    review: allowed,
  },
  {
    group: 'authorization.k8s.io',
    plural: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    review: allowed,
  },
  {
    group: 'authorization.k8s.io',
    plural: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
    review: allRules,
  },
  { group: 'authorization.k8s.io', plural: 'subjectaccessreviews', kind: 'SubjectAccessReview', review: allowed },
]

export function reviewResources(): DiscoveredResource[] {
  return REVIEWS.map(({ group, plural, kind, namespaced = false }) => ({
    group,
    version: 'v1',
    name: plural,
    singular: kind.toLowerCase(),
    namespaced,
    kind: { group, version: 'v1', kind },
    verbs: ['create'],
  }))
}

/** Answers a review that was posted; undefined when the resource is not one. */
export function reviewed(
  resource: { group: string; plural: string },
  body: unknown,
  context: ReviewContext,
): object | undefined {
  const found = REVIEWS.find(({ group, plural }) => group === resource.group && plural === resource.plural)
  if (found === undefined) return undefined
  const sent = isJsonObject(body) ? body : {}
  const status = found.review(fieldsAt(sent, 'spec'), context)
  return { ...sent, kind: found.kind, apiVersion: `${found.group}/v1`, metadata: { creationTimestamp: null }, status }
}

function tokenReview(spec: Record<string, unknown>, { authenticate }: ReviewContext): object {
  const user = typeof spec.token === 'string' ? authenticate(spec.token) : undefined
  return user === undefined ? { error: 'invalid bearer token' } : { authenticated: true, user }
}

function allRules(): object {
  return {
    incomplete: false,
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  }
}
