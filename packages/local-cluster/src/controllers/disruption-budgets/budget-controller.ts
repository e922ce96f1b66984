import { timestamp } from '../../cluster-clock.ts'
import { keyOfObject } from '../../object-address.ts'
import { controllerUid } from '../../objects/owner.ts'
import type { Pod } from '../../objects/pod.ts'
import { type Controller, itself, on } from '../../reconciling/controller.ts'
import { selects } from '../../selectors/label-selector.ts'
import type { ControllerContext } from '../controller-context.ts'
import { writeStatus } from '../write-status.ts'
import { reportBudget } from './report.ts'

const RECHECK_MS = 120_000

/** Tells how many pods of each PodDisruptionBudget may be evicted now. */
export function createBudgetController({ stores, clock }: ControllerContext): Controller {
  const { budgets, pods, replicaSets, statefulSets } = stores

  function wantedPods(namespace: string, selected: Pod[]): number {
    const owners = new Set(selected.map(controllerUid))
    const scaled = [...replicaSets.byIndex('namespace', namespace), ...statefulSets.byIndex('namespace', namespace)]
    const found = scaled.filter(({ metadata }) => owners.has(metadata.uid))
    const uids = new Set(found.map(({ metadata }) => metadata.uid))
    const others = selected.filter((pod) => !uids.has(controllerUid(pod)))
    return found.reduce((sum, { spec }) => sum + (spec.replicas ?? 1), others.length)
  }

  async function reconcile(key: string): Promise<number | undefined> {
    const budget = budgets.get(key)
    if (budget === undefined) return undefined
    const namespace = budget.metadata.namespace ?? ''
    const selected = pods
      .byIndex('namespace', namespace)
      .filter(({ metadata }) => selects(budget.spec.selector, metadata.labels))
    const wanted = wantedPods(namespace, selected)
    const moment = { nowMs: clock.now(), now: timestamp(clock.now()) }
    const status = reportBudget({ budget, pods: selected, wanted, ...moment })
    await writeStatus(budgets, budget, status)
    return 'disruptedPods' in status ? RECHECK_MS : undefined
  }

  function budgetsOf(pod: Pod | undefined): string[] {
    return budgets
      .byIndex('namespace', pod?.metadata.namespace ?? '')
      .filter(({ spec }) => selects(spec.selector, pod?.metadata.labels))
      .map(keyOfObject)
  }

  return {
    name: 'disruption-budget',
    reconcile,
    triggers: [
      on(budgets, itself),
      on(pods, (now, before) => [...budgetsOf(now), ...budgetsOf(before)]),
      on(replicaSets, (now) => budgets.byIndex('namespace', now?.metadata.namespace ?? '').map(keyOfObject)),
      on(statefulSets, (now) => budgets.byIndex('namespace', now?.metadata.namespace ?? '').map(keyOfObject)),
    ],
  }
}
