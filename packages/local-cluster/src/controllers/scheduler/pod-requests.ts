import type { Container, Pod } from '../../objects/pod.ts'
import { parseQuantity } from '../../schema/quantity.ts'

/** Amounts by resource name, in billionths. */
export type Amounts = Map<string, bigint>

export function addTo(total: Amounts, amounts: Amounts): Amounts {
  for (const [resource, amount] of amounts) total.set(resource, (total.get(resource) ?? 0n) + amount)
  return total
}

export function amountsOf(quantities: Record<string, unknown> | undefined): Amounts {
  const nanos = (value: unknown) => parseQuantity(String(value))?.nanos ?? 0n
  return new Map(Object.entries(quantities ?? {}).map(([resource, value]) => [resource, nanos(value)]))
}

function containerRequests({ resources }: Container): Amounts {
  return amountsOf({ ...resources?.limits, ...resources?.requests })
}

/** What the pod needs on its node at its hungriest moment: its containers together, or one init container. */
export function podRequests({ spec }: Pod): Amounts {
  const total = spec.containers.reduce((sum, container) => addTo(sum, containerRequests(container)), new Map())
  for (const container of spec.initContainers ?? []) {
    const requests = containerRequests(container)
    if (container.restartPolicy === 'Always') addTo(total, requests)
    else
      for (const [resource, amount] of requests) if (amount > (total.get(resource) ?? 0n)) total.set(resource, amount)
  }
  return addTo(total, amountsOf(spec.overhead))
}
