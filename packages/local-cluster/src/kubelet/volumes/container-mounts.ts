import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { Container, Pod, VolumeMount } from '../../objects/pod.ts'
import { CreationFailure } from '../container/creation-failure.ts'
import type { Mount } from './container-paths.ts'
import type { PodVolumes } from './pod-volumes.ts'

interface MountFacts {
  container: Container
  pod: Pod
  volumes: PodVolumes
  /** Root of each image that is mounted as a volume, by the volume's name. */
  imageRoots: Map<string, string | undefined>
}

/** The mounts of a container; rejects with `CreationFailure` when a part of a volume cannot be mounted. */
export async function containerMounts(facts: MountFacts): Promise<Mount[]> {
  return Promise.all((facts.container.volumeMounts ?? []).map((mount) => mountOf(mount, facts)))
}

async function mountOf(mount: VolumeMount, { container, pod, volumes, imageRoots }: MountFacts): Promise<Mount> {
  const { name, mountPath, subPath = '', readOnly = false } = mount
  const volume = pod.spec.volumes?.find((each) => each.name === name)
  const isImage = volume?.image !== undefined
  const root = isImage ? imageRoots.get(name) : volumes.folderOf(name)
  const at = posix.resolve('/', mountPath)
  // Kubernetes lets nobody write into what comes from the API or from an image.
  const isFixed = readOnly || volume?.emptyDir === undefined
  if (root === undefined) return { at, host: undefined, readOnly: isFixed }
  const host = join(root, subPath)
  if (subPath.split('/').includes('..')) {
    throw new CreationFailure('CreateContainerConfigError', `subPath ${subPath} must not contain ".."`)
  }
  if (existsSync(host)) return { at, host, readOnly: isFixed }
  if (isImage) {
    const message = `failed to mount "${subPath}" of image volume "${name}" in container "${container.name}": no such file or directory`
    throw new CreationFailure('CreateContainerError', message)
  }
  await mkdir(host, { recursive: true })
  return { at, host, readOnly: isFixed }
}
