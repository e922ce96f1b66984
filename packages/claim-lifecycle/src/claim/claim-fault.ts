import type { Claim } from './claim.ts'

const EFFECTS = new Set(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
const QUALIFIED_NAME = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/

/**
 * Why no node can ever come of this claim; undefined when one may. The claim's definition checks little, and a Node that
 * cannot be registered would bill without end.
 */
export function claimFault({ choices, taints, startupTaints }: Claim): string | undefined {
  if (choices.length === 0) {
    return 'the requirements leave no instance type: name one in node.kubernetes.io/instance-type'
  }
  const bad = [...taints, ...startupTaints].find(({ key, effect }) => !EFFECTS.has(effect) || !QUALIFIED_NAME.test(key))
  return bad && `the taint ${bad.key}:${bad.effect} is none a Node can have`
}
