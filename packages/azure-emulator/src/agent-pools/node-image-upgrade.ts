import type { Operation } from '../arm/operation.ts'
import type { Cloud } from '../cloud.ts'
import { joinMissing, removeNodes } from './machines.ts'
import type { Pool } from './pool.ts'
import { runOperation } from './run-operation.ts'

/** The machines are made anew from their image: their Nodes go, and return under their names with a new boot ID. */
export function upgradeNodeImage(cloud: Cloud, pool: Pool): Operation {
  removeNodes(cloud, pool)
  return runOperation(cloud, pool, {
    kind: 'UpgradingNodeImageVersion',
    seconds: cloud.settings.updateSeconds,
    end: () => {
      for (const machine of pool.machines) machine.bootId = cloud.newId()
      joinMissing(cloud, pool)
      return undefined
    },
  })
}
