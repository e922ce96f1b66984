import type { Volume } from '@kaito/controller-kit'
import type { TuningWork } from '../../workspace/order.ts'

/** Under this key a ConfigMap has the settings, and by this name the trainer reads them. */
export const TRAINING_CONFIG_FILE = 'training_config.yaml'
/** Holds the settings with the Pod: a ConfigMap that changes later changes no training that runs or begins anew. */
export const CONFIG_ANNOTATION = 'kaito.sh/training-config'

/** Where each volume of a tuning is; the result's folder is named by the settings. */
export const DATA = { name: 'data-volume', mountPath: '/mnt/data' }
export const RESULTS = 'results-volume'
export const CONFIG = { name: 'config-volume', mountPath: '/mnt/config', readOnly: true }
export const LAYER = { name: 'layer-volume', mountPath: '/mnt/layer' }
export const CREDENTIALS = { name: 'docker-config', mountPath: '/mnt/docker', readOnly: true }
export const SHARED_MEMORY = { name: 'dshm', mountPath: '/dev/shm' }
export const TEMPORARY = { name: 'tools-tmp', mountPath: '/tmp' }

export function tuningVolumes({ output }: TuningWork): Volume[] {
  return [
    { name: DATA.name, emptyDir: {} },
    { name: RESULTS, emptyDir: {} },
    { name: CONFIG.name, downwardAPI: { items: [configFile()] } },
    { name: LAYER.name, emptyDir: {} },
    { name: CREDENTIALS.name, secret: credentials(output.pushSecret) },
    // The default of a container, 64 MiB, is too little for the loaders of the training data.
    { name: SHARED_MEMORY.name, emptyDir: { medium: 'Memory' } },
    { name: TEMPORARY.name, emptyDir: {} },
  ]
}

function configFile() {
  return { path: TRAINING_CONFIG_FILE, fieldRef: { fieldPath: `metadata.annotations['${CONFIG_ANNOTATION}']` } }
}

/** The kubelet lets the group of the Pod's volumes read it as well. */
function credentials(secretName: string) {
  return { secretName, defaultMode: 0o400, items: [{ key: '.dockerconfigjson', path: 'config.json' }] }
}
