import type { Pod } from '@kaito/controller-kit'

const PLUGIN_IMAGE = /(^|\/)(k8s-device-plugin|nvidia-device-plugin|gpu-operator)/

/** Whether one of the pods looks like the NVIDIA device plugin; only words a message depend on it. */
export function runsDevicePlugin(pods: readonly Pod[]): boolean {
  return pods.some((pod) => pod.spec?.containers.some(({ image }) => PLUGIN_IMAGE.test(image)))
}
