import { posix } from 'node:path'
import type { Pod, Volume, VolumeSource } from '../../objects/pod.ts'
import { fieldValue, type PodAddress } from '../container/field-value.ts'
import type { PodObjects } from '../pod-objects.ts'

/** Files by their path below the volume's root. */
export type VolumeFiles = Map<string, { content: Buffer; mode: number }>

interface SourceFacts {
  pod: Pod
  address: PodAddress
  objects: PodObjects
}

const DEFAULT_MODE = 0o644

/** What a volume shows of the API; undefined for a volume of another kind. Rejects, in the kubelet's words, while something is missing. */
export async function volumeFiles(volume: Volume, facts: SourceFacts): Promise<VolumeFiles | undefined> {
  const { projected } = volume
  const sources = projected?.sources ?? [volume]
  // The credentials of a pod's account are no use to programs that are not there.
  if (sources.some(({ serviceAccountToken }) => serviceAccountToken !== undefined)) return undefined
  if (projected === undefined && !(volume.secret ?? volume.configMap ?? volume.downwardAPI)) return undefined
  const parts = await Promise.all(sources.map((source) => sourceFiles(source, projected?.defaultMode, facts)))
  const files: VolumeFiles = new Map()
  for (const { path, ...file } of parts.flat()) files.set(safePath(path), file)
  return files
}

interface SourceFile {
  path: string
  content: Buffer
  mode: number
}

async function sourceFiles(
  { secret, configMap, downwardAPI }: VolumeSource,
  projectedMode: number | undefined,
  facts: SourceFacts,
): Promise<SourceFile[]> {
  if (secret) return keyFiles('secret', { ...secret, name: secret.secretName ?? secret.name, projectedMode }, facts)
  if (configMap) return keyFiles('configmap', { ...configMap, projectedMode }, facts)
  return (downwardAPI?.items ?? []).map(({ path, fieldRef, mode }) => {
    const value = fieldRef && fieldValue(facts.pod, fieldRef.fieldPath, facts.address)
    if (value === undefined) throw new Error(`the source of ${path} is not simulated`)
    const content = Buffer.from(value)
    return { path, content, mode: mode ?? downwardAPI?.defaultMode ?? projectedMode ?? DEFAULT_MODE }
  })
}

interface KeySource {
  name?: string | undefined
  items?: { key: string; path: string; mode?: number }[]
  optional?: boolean
  defaultMode?: number
  projectedMode: number | undefined
}

async function keyFiles(
  kind: 'secret' | 'configmap',
  { name = '', items, optional = false, defaultMode, projectedMode }: KeySource,
  { objects }: SourceFacts,
): Promise<SourceFile[]> {
  const data = await objects.data(kind, name)
  if (data === undefined && !optional) throw new Error(`${kind} "${name}" not found`)
  const wanted = items ?? Object.keys(data ?? {}).map((key) => ({ key, path: key, mode: undefined }))
  return wanted.flatMap(({ key, path, mode }) => {
    const content = data?.[key]
    if (content !== undefined) return [{ path, content, mode: mode ?? defaultMode ?? projectedMode ?? DEFAULT_MODE }]
    if (optional) return []
    throw new Error(`references non-existent ${kind === 'secret' ? 'secret' : 'config'} key: ${key}`)
  })
}

/** The real server refuses such paths; another one may not have looked. */
function safePath(path: string): string {
  const normal = posix.normalize(path)
  if (posix.isAbsolute(normal) || normal === '..' || normal.startsWith('../')) {
    throw new Error(`invalid path ${JSON.stringify(path)}: must stay below the volume`)
  }
  return normal
}
