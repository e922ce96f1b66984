import { type KubernetesObject, keyOf, type Logger } from '@kaito/controller-kit'
import { otherHolder } from '../claim/claim-holder.ts'
import { ownerOf } from '../claim/served-kind.ts'
import { createToldOnce } from '../consistency/told-once.ts'
import type { Dependencies } from './dependencies.ts'

/** Claims of a kind that is served, which another provisioner has. */
interface ForeignClaims<T extends KubernetesObject> {
  /** Whether another one has it; says so once for each that does. */
  tell(object: T, log: Logger): boolean
  /** For a claim that is gone. */
  forget(key: string): void
}

type Options<T extends KubernetesObject> = Pick<Dependencies<T>, 'adapter' | 'clock' | 'provisioner' | 'tell'>

/** Two provisioners that serve the same kind are a mistake of whoever installed them: it costs no instance, and is told. */
export function createForeignClaims<T extends KubernetesObject>(options: Options<T>): ForeignClaims<T> {
  const { adapter, clock, provisioner, tell } = options
  const told = createToldOnce(clock, 0)
  return {
    tell(object, log) {
      const holder = otherHolder(adapter.read(object), provisioner)
      if (holder !== undefined && told.isNews(keyOf(object), holder)) {
        log.warn({ holder }, 'another provisioner has this claim, it is left alone')
        const message = `${holder} has this claim, so ${provisioner.name} leaves it alone. One of the two should not serve this kind`
        tell({ ...object, ...ownerOf(adapter.resource) }, { type: 'Warning', reason: 'ServedByAnother', message })
      }
      return holder !== undefined
    },
    forget: told.forget,
  }
}
