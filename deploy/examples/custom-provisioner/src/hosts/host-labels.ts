import type { Taint } from '@kaito/api'

/** On a Node: the instance that its host is for now, by which the lifecycle finds the Node. */
export const INSTANCE_LABEL = 'inventory.kaito.sh/instance'
/** Whoever wants nothing to run on free hosts puts it on their Nodes; it is off while a host is claimed. */
export const FREE_TAINT: Taint = { key: 'inventory.kaito.sh/free', effect: 'NoSchedule' }
