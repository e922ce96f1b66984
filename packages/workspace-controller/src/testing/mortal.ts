import { successor } from './successor.ts'
import type { World } from './world.ts'

interface Moment {
  nth: number
  when: 'before' | 'after'
}

/** The next write, the one after it and so on, each before it is applied and when its answer is lost. */
export function momentsOf(writes: number): Moment[] {
  return Array.from({ length: writes }, (_, index) =>
    (['before', 'after'] as const).map((when) => ({ nth: index + 1, when })),
  ).flat()
}

/** A process that dies at that moment; whoever comes after it remembers nothing. */
export function mortal(world: World, moment: Moment): { world: World; hasDied: () => boolean } {
  world.cluster.failWrite(moment)
  let living = world
  const pass = () =>
    living.pass().catch(() => {
      living = successor(world)
      return living.pass()
    })
  return { world: { ...world, pass }, hasDied: () => living !== world }
}
