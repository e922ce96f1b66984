import type { Container, Pod } from '../../objects/pod.ts'
import type { PodObjects } from '../pod-objects.ts'
import { containerMounts } from '../volumes/container-mounts.ts'
import { type ContainerPaths, createContainerPaths } from '../volumes/container-paths.ts'
import type { PodVolumes } from '../volumes/pod-volumes.ts'
import { containerEnvironment, expandedCommand } from './container-environment.ts'
import type { PodAddress } from './field-value.ts'
import { startFailure } from './start-failure.ts'

/** What the containers of one pod share. */
export interface PodSurroundings {
  pod: Pod
  address: PodAddress
  objects: PodObjects
  volumes: PodVolumes
}

/** The images of one container: its own root, and those of the volumes that are images. */
export interface ContainerImages {
  root: string | undefined
  volumes: Map<string, string | undefined>
}

interface CreatedContainer {
  env: Record<string, string>
  command: string[]
  paths: ContainerPaths
  /** Why it will never run: the runtime does not find its program. */
  startFailure: string | undefined
}

/** All that a container has when it starts; rejects with `CreationFailure` while something of that is missing. */
export async function createContainer(
  container: Container,
  { pod, address, objects, volumes }: PodSurroundings,
  images: ContainerImages,
): Promise<CreatedContainer> {
  const env = await containerEnvironment({ container, pod, address, objects })
  const command = expandedCommand(container, env)
  const mounts = await containerMounts({ container, pod, volumes, imageRoots: images.volumes })
  const paths = createContainerPaths(mounts, images.root)
  return { env, command, paths, startFailure: startFailure(command, { paths, imageRoot: images.root }) }
}
