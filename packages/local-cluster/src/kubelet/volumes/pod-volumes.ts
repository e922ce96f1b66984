import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Pod, Volume } from '../../objects/pod.ts'
import type { PodAddress } from '../container/field-value.ts'
import type { PodObjects } from '../pod-objects.ts'
import { type VolumeFiles, volumeFiles } from './volume-files.ts'

interface PodVolumesOptions {
  address: PodAddress
  objects: PodObjects
}

/** A volume's failure in the words of the kubelet's event. */
export class MountFailure extends Error {
  constructor(volume: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`MountVolume.SetUp failed for volume "${volume}" : ${why}`, { cause })
  }
}

/** The files of one pod's run, in a folder of its own below the machine's folder for temporary files. */
export class PodVolumes {
  readonly #options: PodVolumesOptions
  readonly #folders = new Map<string, string>()
  #root: string | undefined

  constructor(options: PodVolumesOptions) {
    this.#options = options
  }

  /** Lays out the pod's volumes; rejects with `MountFailure` while an object they show is missing. */
  async prepare(pod: Pod): Promise<void> {
    // Without links, because what a program may write to is compared as text.
    this.#root ??= await realpath(await mkdtemp(join(tmpdir(), 'kubelet-pod-')))
    await mkdir(this.terminationFolder, { recursive: true })
    for (const volume of pod.spec.volumes ?? []) await this.#layOut(volume, pod)
  }

  /** Brings what changed in the API into the volumes. */
  async refresh(pod: Pod): Promise<void> {
    for (const volume of pod.spec.volumes ?? []) {
      if (volume.emptyDir === undefined && this.#folders.has(volume.name)) await this.#layOut(volume, pod)
    }
  }

  /** The folder of a laid out volume; undefined for images and for kinds that are not simulated. */
  folderOf(volumeName: string): string | undefined {
    return this.#folders.get(volumeName)
  }

  /** Whether anything in the API can change what the volumes show. */
  canChange(pod: Pod): boolean {
    const volumes = pod.spec.volumes ?? []
    return volumes.some(({ name, emptyDir }) => emptyDir === undefined && this.#folders.has(name))
  }

  /** Where containers write their last words. */
  get terminationFolder(): string {
    return join(this.#root ?? tmpdir(), 'termination')
  }

  async remove(): Promise<void> {
    if (this.#root !== undefined) await rm(this.#root, { recursive: true, force: true, maxRetries: 3 })
    this.#root = undefined
  }

  async #layOut(volume: Volume, pod: Pod): Promise<void> {
    const { name, emptyDir } = volume
    const folder = join(this.#root ?? '', 'volumes', name)
    if (emptyDir) await mkdir(folder, { recursive: true })
    else {
      const files = await volumeFiles(volume, { pod, ...this.#options }).catch((error: unknown) => {
        throw new MountFailure(name, error)
      })
      if (files === undefined) return
      await writeFiles(folder, files)
    }
    this.#folders.set(name, folder)
  }
}

/** Makes a folder show exactly these files. */
async function writeFiles(folder: string, files: VolumeFiles): Promise<void> {
  await mkdir(folder, { recursive: true })
  const present = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of present.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name)
    if (!files.has(relative(folder, path))) await rm(path)
  }
  for (const [path, file] of files) await writeChanged(join(folder, path), file)
}

/** Renamed into place, so that nobody reads half of it. */
async function writeChanged(path: string, { content, mode }: { content: Buffer; mode: number }): Promise<void> {
  if (existsSync(path) && (await readFile(path)).equals(content)) return
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.new`, content, { mode })
  await rename(`${path}.new`, path)
}
