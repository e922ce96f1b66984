import type { CloudProvider } from '@kaito/cloud-provider'
import { ApiUnreachable, type KubeClient } from '@kaito/controller-kit'

/** What asks nobody, so it cannot be cut off. */
const PURE = new Set(['advice', 'gpusOf'])
const EFFECTS = new Set(['mergePatch', 'create', 'replace', 'delete', 'evict', 'launch', 'terminate', 'adopt'])

/** Kills a process at one of its effects: every later call of it fails, as if nobody were there to make it. */
export function createCrashPoint() {
  let plan: { nth: number; when: 'before' | 'after' } | undefined
  let effects = 0
  let crashes = 0

  function mortal<T extends object>(target: T, life: { dead: boolean }): T {
    return new Proxy(target, {
      get(_target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function' || PURE.has(String(name))) return member
        return async (...parameters: unknown[]) => {
          if (life.dead) throw new ApiUnreachable('the process is dead')
          if (EFFECTS.has(String(name))) effects += 1
          const isHit = EFFECTS.has(String(name)) && plan?.nth === effects
          if (isHit) {
            life.dead = true
            crashes += 1
          }
          if (isHit && plan?.when === 'before') throw new ApiUnreachable('killed before')
          const answer: unknown = await Reflect.apply(member, target, parameters)
          if (isHit) throw new ApiUnreachable('killed after')
          return answer
        }
      },
    })
  }

  return {
    /** The process that makes the `nth` effect dies before or after it is applied. */
    at: (nth: number, when: 'before' | 'after') => {
      plan = { nth, when }
    },
    effects: () => effects,
    crashes: () => crashes,
    newProcess({ client, cloud }: { client: KubeClient; cloud: CloudProvider }) {
      const life = { dead: false }
      return { client: mortal(client, life), cloud: mortal(cloud, life) }
    },
  }
}
