import type { Evidence } from '../evidence.ts'
import { CANARY } from '../provisioner.ts'
import type { Check, Complain } from './check.ts'

const FORMS = [CANARY, Buffer.from(CANARY).toString('base64').slice(0, -4), encodeURIComponent(CANARY)]

/** I26: no credential leaves by any door. */
export function secretChecks(_evidence: Evidence, complain: Complain): Check {
  return {
    onArrival({ side, process, verb, resource, name, body = '' }) {
      if (side === 'kube' && holdsSecret(body))
        complain('I26', `${process} writes a token: ${verb} ${resource} ${name}`)
    },
  }
}

export function holdsSecret(text: string): boolean {
  return FORMS.some((form) => text.includes(form))
}
