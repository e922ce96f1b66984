import { join, posix } from 'node:path'

/** A volume, or a part of one, in the file system of a container. */
export interface Mount {
  /** Where the container sees it. */
  at: string
  /** Where it lies on this machine; undefined when its content is not simulated. */
  host: string | undefined
  readOnly: boolean
}

/** The file system of a container, as far as it is simulated. */
export interface ContainerPaths {
  mounts: Mount[]
  /** Host path below a mount or in the image; undefined where nothing simulated is. It need not exist. */
  path(containerPath: string): string | undefined
  /** The same for whoever writes there; undefined also where the container may not write or the image lies. */
  writablePath(containerPath: string): string | undefined
}

export function createContainerPaths(mounts: Mount[], imageRoot: string | undefined): ContainerPaths {
  const deepestFirst = mounts.toSorted((a, b) => b.at.length - a.at.length)

  function find(containerPath: string) {
    const path = posix.resolve('/', containerPath)
    const mount = deepestFirst.find(({ at }) => path === at || at === '/' || path.startsWith(`${at}/`))
    return { mount, below: path.slice(mount === undefined || mount.at === '/' ? 0 : mount.at.length) }
  }

  return {
    mounts,
    path(containerPath) {
      const { mount, below } = find(containerPath)
      const root = mount === undefined ? imageRoot : mount.host
      return root === undefined ? undefined : join(root, below)
    },
    writablePath(containerPath) {
      const { mount, below } = find(containerPath)
      return mount?.host === undefined || mount.readOnly ? undefined : join(mount.host, below)
    },
  }
}
