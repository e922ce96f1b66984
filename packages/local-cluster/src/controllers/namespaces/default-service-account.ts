import { type Controller, itself, on } from '../../reconciling/controller.ts'
import type { ControllerContext } from '../controller-context.ts'

const NAME = 'default'

/** Gives every namespace the ServiceAccount that pods run under unless they name another. */
export function createDefaultServiceAccount({ stores }: ControllerContext): Controller {
  const { namespaces, serviceAccounts } = stores

  async function reconcile(namespace: string): Promise<undefined> {
    const found = namespaces.get(namespace)
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return
    if (serviceAccounts.get(`${namespace}/${NAME}`) !== undefined) return
    await serviceAccounts.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } })
  }

  return {
    name: 'default-service-account',
    reconcile,
    triggers: [
      on(namespaces, itself),
      on(serviceAccounts, (now, before) =>
        now === undefined && before?.metadata.namespace ? [before.metadata.namespace] : [],
      ),
    ],
  }
}
