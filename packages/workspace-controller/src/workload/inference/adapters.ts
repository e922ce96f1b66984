import type { Container, Volume } from '@kaito/controller-kit'
import type { AdapterOrder, PresetWork } from '../../workspace/order.ts'
import { literalText } from '../literal-text.ts'
import { NOBODY, restricted } from '../restricted.ts'

/** What adapters add to the Pod of a model server. */
interface AdapterParts {
  initContainers: Container[]
  volumes: Volume[]
  /** Of the model server, which loads every folder below `ADAPTER_ROOT`. */
  volumeMounts: NonNullable<Container['volumeMounts']>
  /** Of the model server: the strength of each adapter, by its name. */
  env: NonNullable<Container['env']>
}

const ADAPTER_ROOT = '/mnt/adapter'
/** Where the files are in an adapter's image. */
const IMAGE_FOLDER = 'data'
const VOLUME = 'adapter-volume'
const LONGEST_LABEL = 63
/** The same tag is often pushed again for an adapter. */
const PULL = 'Always'

/** The adapters in the order they are named in: copied into a volume, or each image mounted as one. */
export function adapterParts({ adapters, mountsAdapters }: PresetWork): AdapterParts {
  const env = adapters.map(({ name, strength }) => ({ name, value: literalText(strength) }))
  if (adapters.length === 0) return { initContainers: [], volumes: [], volumeMounts: [], env }
  if (mountsAdapters) {
    return {
      initContainers: [],
      volumes: adapters.map(({ image }, index) => ({
        name: `adapter-${index}`,
        image: { reference: image, pullPolicy: PULL },
      })),
      volumeMounts: adapters.map(({ name }, index) => {
        return { name: `adapter-${index}`, mountPath: folderOf(name), subPath: IMAGE_FOLDER, readOnly: true }
      }),
      env,
    }
  }
  return {
    initContainers: adapters.map(copier),
    volumes: [{ name: VOLUME, emptyDir: {} }],
    volumeMounts: [{ name: VOLUME, mountPath: ADAPTER_ROOT }],
    env,
  }
}

/** Sees the folder of its own adapter and nothing else, since anybody may have made its image. */
function copier({ name, image }: AdapterOrder, index: number): Container {
  return {
    name: dnsLabel(`adapter-${index}-${name}`),
    image,
    imagePullPolicy: PULL,
    command: ['cp', '-r', `/${IMAGE_FOLDER}/.`, literalText(folderOf(name))],
    volumeMounts: [{ name: VOLUME, mountPath: folderOf(name), subPath: name }],
    // What `cp` said last is then in the Pod's status, where the Workspace reads why there is no adapter.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: restricted({ runAsGroup: NOBODY }),
  }
}

/** Name of the adapter that an init container copies; undefined for other containers. */
export function copiedAdapter({ name, volumeMounts }: Container): string | undefined {
  if (!name.startsWith('adapter-')) return undefined
  return volumeMounts?.find((mount) => mount.name === VOLUME)?.subPath
}

/** The adapter whose image a text speaks of, among those that are mounted as volumes. */
export function mountedAdapter(
  volumes: readonly Volume[],
  { image: own, volumeMounts = [] }: Container,
  text: string,
): { name: string; image: string } | undefined {
  if (text.includes(own)) return undefined
  const volume = volumes.find(({ image }) => image !== undefined && text.includes(image.reference))
  const mount = volumeMounts.find(({ name }) => name === volume?.name)
  if (!volume?.image || !mount?.mountPath.startsWith(`${ADAPTER_ROOT}/`)) return undefined
  return { name: mount.mountPath.slice(ADAPTER_ROOT.length + 1), image: volume.image.reference }
}

function folderOf(name: string): string {
  return `${ADAPTER_ROOT}/${name}`
}

function dnsLabel(text: string): string {
  return text.replaceAll('.', '-').slice(0, LONGEST_LABEL).replace(/-+$/, '')
}
