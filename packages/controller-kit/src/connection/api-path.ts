import type { KubernetesObject, Resource } from '../kubernetes-object.ts'

interface Place {
  namespace?: string | undefined
  name?: string
  subresource?: string | undefined
}

/** The path of a collection, an object or a subresource; without a namespace that of all namespaces. */
export function apiPath(resource: Resource<KubernetesObject>, { namespace, name, subresource }: Place = {}): string {
  const { group, version, plural, namespaced } = resource
  const steps = group === '' ? ['api', version] : ['apis', group, version]
  if (namespaced && namespace !== undefined) steps.push('namespaces', namespace)
  steps.push(plural)
  if (name !== undefined) steps.push(name)
  if (subresource !== undefined) steps.push(subresource)
  return `/${steps.map(encodeURIComponent).join('/')}`
}

/** `path?a=1&b=2` of the parameters that are defined. */
export function withQuery(path: string, parameters: Record<string, string | number | boolean | undefined>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value))
  }
  return query.size === 0 ? path : `${path}?${query}`
}
