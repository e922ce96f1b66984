/** Credentials for registries, as in the `config.json` of Docker and in Secrets of type `kubernetes.io/dockerconfigjson`. */
export interface DockerConfig {
  auths?: Record<string, { username?: string; password?: string; auth?: string }>
}

/** Why an image cannot be had, or the folder with its files; undefined for an image of which no content is simulated. */
export type PulledImage = { refusal: string } | { root: string | undefined }

/** Where the simulated kubelet gets images from. */
export interface ImageSource {
  /** The folder is shared by all pulls of an image: nobody writes into it. */
  pull(image: string, auths: DockerConfig[]): Promise<PulledImage>
}

/** Every image is there, but for those whose name says that they never are; none has content. */
export const SIMULATED_IMAGES: ImageSource = {
  async pull(image) {
    const refusal = pullRefusal(image)
    return refusal === undefined ? { root: undefined } : { refusal }
  },
}

function pullRefusal(image: string): string | undefined {
  const registry = image.includes('/') ? (image.split('/')[0]?.split(':')[0] ?? '') : ''
  if (registry.endsWith('.invalid'))
    return `failed to resolve reference "${image}": dial tcp: lookup ${registry}: no such host`
  if (/:does-not-exist$/.test(image)) return `failed to resolve reference "${image}": ${image}: not found`
  return undefined
}
