import type { Item } from '../item.ts'
import type { Options } from '../options.ts'
import { MACHINE_END_ITEMS } from './machine-end.ts'
import { MACHINE_NODE_ITEMS } from './machine-node.ts'
import { NODE_CLAIM_END_ITEMS } from './node-claim-end.ts'
import { NODE_CLAIM_LAUNCH_ITEMS } from './node-claim-launch.ts'
import { NODE_CLAIM_NODE_ITEMS } from './node-claim-node.ts'

const MACHINE_ITEMS = [...MACHINE_NODE_ITEMS, ...MACHINE_END_ITEMS]
const NODE_CLAIM_ITEMS = [...NODE_CLAIM_LAUNCH_ITEMS, ...NODE_CLAIM_NODE_ITEMS, ...NODE_CLAIM_END_ITEMS]

const numberOf = ({ number }: Item) => Number(number.slice(1))

/** All items about one kind of claim, in the order of their numbers. */
export function checklist(kind: Options['kind']): Item[] {
  return (kind === 'machine' ? MACHINE_ITEMS : NODE_CLAIM_ITEMS).toSorted((a, b) => numberOf(a) - numberOf(b))
}
