import { otherKaito } from '@kaito/api'
import type { Provisioner } from '@kaito/claim-lifecycle'

/** The provisioner of KAITO's claims, which also goes on with those that KAITO's own left. */
export const GPU_PROVISIONER: Provisioner = {
  name: 'gpu-provisioner',
  takesUnnamed: true,
  // There is no object behind a KaitoNodeClass, which KAITO's own claims name.
  classes: { group: 'kaito.sh', kinds: ['AgentPoolClass', 'KaitoNodeClass'] },
  comesWith: 'the chart gpu-provisioner',
  rivals: otherKaito('gpu-provisioner'),
}
