import type { Provisioner } from '@kaito/claim-lifecycle'

/** Which claims are this provisioner's: NodeClaims that name a `HostInventory`, behind whose name there is no object. */
export const INVENTORY_PROVISIONER: Provisioner = {
  name: 'inventory-provisioner',
  takesUnnamed: false,
  classes: { group: 'inventory.kaito.sh', kinds: ['HostInventory'] },
  comesWith: 'the chart gpu-provisioner, or the manifests in crds',
}
