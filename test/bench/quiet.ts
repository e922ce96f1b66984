import { setTimeout as pause } from 'node:timers/promises'
import type { Engines } from './engines.ts'
import { difference, sum } from './figures.ts'
import { armCalls, eachOf } from './life.ts'
import type { MeasuredController } from './measured-controller.ts'
import { type Line, ms, TODAY } from './report.ts'

/** What happens while nothing is asked for. */
export interface Quiet {
  forMs: number
  /** Kubernetes writes by controller. */
  writes: Record<string, number>
  armLists: number
}

/** Leaves everything in peace for so long. */
export async function quietly({ azure }: Engines, controllers: MeasuredController[], forMs: number): Promise<Quiet> {
  const writes = () => eachOf(controllers, async (controller) => sum(await controller.writes()))
  const lists = async () => armCalls(await azure.requests()).LIST ?? 0
  const [writesBefore, listsBefore] = [await writes(), await lists()]
  await pause(forMs)
  return { forMs, writes: difference(await writes(), writesBefore), armLists: (await lists()) - listsBefore }
}

export function quietWrites({ writes, forMs }: Quiet): Line {
  const each = Object.entries(writes).map(([name, count]) => `${name} ${count}`)
  const measure = `Kubernetes writes while nothing is asked for, ${ms(forMs)}`
  return { measure, here: each.join(', '), goal: '0' }
}

export function quietLines(quiet: Quiet): Line[] {
  return [
    { ...quietWrites(quiet), today: TODAY.quiet },
    { measure: 'ARM lists in that time', here: String(quiet.armLists), goal: '1 in 2 min' },
  ]
}
