import type { Container, Pod } from '../../objects/pod.ts'
import { playCurl } from './curl-program.ts'
import { playIdle } from './idle-program.ts'
import { playModel } from './model-program.ts'
import { imageName, type Program } from './program.ts'
import { isPlayedCommand, playCommand, playScript } from './shell-program.ts'

const WORKSPACE_LABEL = 'kaito.sh/workspace'
const MODEL_PORT = 5000

/** Why an image cannot be pulled, if it is one that never can. */
export function pullRefusal(image: string): string | undefined {
  const registry = image.includes('/') ? (image.split('/')[0]?.split(':')[0] ?? '') : ''
  if (registry.endsWith('.invalid'))
    return `failed to resolve reference "${image}": dial tcp: lookup ${registry}: no such host`
  if (/:does-not-exist$/.test(image)) return `failed to resolve reference "${image}": ${image}: not found`
  return undefined
}

/** What plays a container of this image with this command line. */
export function selectProgram(container: Container, pod: Pod): Program {
  const line = [...(container.command ?? []), ...(container.args ?? [])]
  if (isModel(container, pod)) return playModel
  const script = scriptOf(line)
  if (script !== undefined) return (context) => playScript(script, context)
  if (isPlayedCommand(line)) return (context) => playCommand(line, context)
  if (imageName(container.image) === 'curl') return (context) => playCurl(line, context)
  return playIdle
}

function isModel({ image, ports = [] }: Container, { metadata }: Pod): boolean {
  const ofWorkspace = metadata.labels?.[WORKSPACE_LABEL] !== undefined
  return (
    imageName(image).startsWith('kaito-') ||
    (ofWorkspace && ports.some(({ containerPort }) => containerPort === MODEL_PORT))
  )
}

/** The script of `sh -c SCRIPT`. */
function scriptOf([shell = '', ...flags]: string[]): string | undefined {
  if (!/(^|\/)(sh|bash|ash)$/.test(shell)) return undefined
  const position = flags.findIndex((flag) => /^-\w*c$/.test(flag))
  return position < 0 ? undefined : flags[position + 1]
}
