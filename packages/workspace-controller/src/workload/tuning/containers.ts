import type { Container } from '@kaito/controller-kit'
import { tuningContainer } from '@kaito/presets'
import type { TuningWork } from '../../workspace/order.ts'
import { literalText } from '../literal-text.ts'
import { restricted } from '../restricted.ts'
import { CONFIG, CREDENTIALS, DATA, LAYER, RESULTS, SHARED_MEMORY, TEMPORARY } from './volumes.ts'

const LAYER_FILE = `${LAYER.mountPath}/adapter.tar`

const CONFINED = {
  securityContext: restricted(),
  // The end of the log is then in the Pod's status, where the Workspace reads why its tuning fails.
  terminationMessagePolicy: 'FallbackToLogsOnError',
}

/** Brings the training data to its volume. */
export function sourceContainer({ input, toolsImage, allowedAddresses }: TuningWork): Container {
  if ('image' in input) {
    const command = ['cp', '-r', '/data/.', `${DATA.mountPath}/`]
    return { name: 'data-extractor', image: input.image, command, volumeMounts: [DATA], ...CONFINED }
  }
  const words = ['download', '--to', DATA.mountPath, '--', ...input.urls]
  const downloader = toolsContainer({ name: 'data-downloader', image: toolsImage, words, volumeMounts: [DATA] })
  if (allowedAddresses === '') return downloader
  return { ...downloader, env: [{ name: 'ALLOW_ADDRESSES', value: literalText(allowedAddresses) }] }
}

export function trainerContainer({ preset, image }: TuningWork, gpus: number, outputDir: string): Container {
  const results = { name: RESULTS, mountPath: outputDir }
  return { ...tuningContainer({ preset, image, gpus }), volumeMounts: [CONFIG, DATA, results, SHARED_MEMORY] }
}

/** Makes of the result the layer of an image. */
export function packerContainer({ toolsImage }: TuningWork, outputDir: string): Container {
  const words = ['pack', '--from', outputDir, '--to', LAYER_FILE]
  const results = { name: RESULTS, mountPath: outputDir, readOnly: true }
  return toolsContainer({ name: 'packer', image: toolsImage, words, volumeMounts: [results, LAYER] })
}

/** Pushes the image; it alone has the user's credentials. */
export function pusherContainer({ toolsImage, baseImage, output }: TuningWork): Container {
  const words = ['push', '--layer', LAYER_FILE, '--base', baseImage, '--image', output.image]
  const volumeMounts = [{ ...LAYER, readOnly: true }, CREDENTIALS]
  const pusher = toolsContainer({ name: 'pusher', image: toolsImage, words, volumeMounts })
  return { ...pusher, env: [{ name: 'DOCKER_CONFIG', value: CREDENTIALS.mountPath }] }
}

interface ToolsContainerOptions {
  name: string
  image: string
  /** Arguments as they shall arrive. */
  words: string[]
  volumeMounts: NonNullable<Container['volumeMounts']>
}

function toolsContainer({ name, image, words, volumeMounts }: ToolsContainerOptions): Container {
  return {
    name,
    image,
    command: ['node', '/app/tuning-tools.mjs', ...words.map(literalText)],
    volumeMounts: [...volumeMounts, TEMPORARY],
    ...CONFINED,
  }
}
