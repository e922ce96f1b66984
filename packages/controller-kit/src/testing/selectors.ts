import type { KubernetesObject } from '../kubernetes-object.ts'

/** Whether the object matches selectors in the API's own syntax; both may be absent. */
export function matchesSelectors(
  object: KubernetesObject,
  { labelSelector, fieldSelector }: { labelSelector?: string | undefined; fieldSelector?: string | undefined },
): boolean {
  return matchesLabels(object.metadata.labels ?? {}, labelSelector) && matchesFields(object, fieldSelector)
}

function matchesLabels(labels: Record<string, string>, selector: string | undefined): boolean {
  // Commas inside the parentheses of `key in (a,b)` do not separate requirements.
  const requirements = (selector ?? '').split(/,(?![^(]*\))/).filter((part) => part.trim() !== '')
  return requirements.every((requirement) => matchesRequirement(labels, requirement.trim()))
}

function matchesRequirement(labels: Record<string, string>, requirement: string): boolean {
  const set = /^(\S+)\s+(in|notin)\s+\((.*)\)$/.exec(requirement)
  if (set) {
    const [, key = '', operator, list = ''] = set
    const isIn = list.split(',').some((value) => value.trim() === labels[key])
    return operator === 'in' ? isIn : !isIn
  }
  const comparison = /^([^!=]+?)\s*(==?|!=)\s*(.*)$/.exec(requirement)
  if (comparison) {
    const [, key = '', operator, value] = comparison
    return (operator === '!=') !== (labels[key] === value)
  }
  return requirement.startsWith('!') ? !(requirement.slice(1).trim() in labels) : requirement in labels
}

function matchesFields(object: KubernetesObject, selector: string | undefined): boolean {
  const requirements = (selector ?? '').split(',').filter((part) => part.trim() !== '')
  return requirements.every((requirement) => {
    const [, path = '', operator, value] = /^([^!=]+?)\s*(==?|!=)\s*(.*)$/.exec(requirement.trim()) ?? []
    return (operator === '!=') !== (fieldAt(object, path) === value)
  })
}

function fieldAt(object: unknown, path: string): string {
  let value: unknown = object
  for (const step of path.split('.')) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined
  }
  return value === undefined || value === null ? '' : String(value)
}
