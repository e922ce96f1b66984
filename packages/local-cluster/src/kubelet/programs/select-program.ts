import { playCopy } from './copy-program.ts'
import { playCurl } from './curl-program.ts'
import { playIdle } from './idle-program.ts'
import { playModel } from './model-program.ts'
import { imageName, type Program, type ProgramContext } from './program.ts'
import { isPlayedCommand, parseScript, playCommand, playScript } from './shell-program.ts'
import { playTools } from './tools-program.ts'
import { playTrainer } from './trainer-program.ts'

const WORKSPACE_LABEL = 'kaito.sh/workspace'
const MODEL_PORT = 5000
const TOOLS = /(^|\/)tuning-tools\.mjs$/
const TRAINER = 'fine_tuning.py'
/** Commands of a shell that change nothing but itself. */
const SILENT = new Set(['cd', 'export', 'set', 'umask'])
const SERVER = 'inference_api.py'

/** What plays a container of this image with this command line. */
export function selectProgram({ container, pod, command }: ProgramContext): Program {
  if (command[0] === 'node' && TOOLS.test(command[1] ?? '')) return playTools
  const line = command.join(' ')
  if (line.includes(TRAINER)) return playTrainer
  if (isModel({ container, pod }, line)) return playModel
  const script = scriptOf(command)
  if (script !== undefined && startsServer(script, container)) return playIdle
  if (script !== undefined) return (context) => playScript(script, context)
  if (command[0] === 'cp') return playCopy
  if (isPlayedCommand(command)) return (context) => playCommand(command, context)
  if (imageName(container.image) === 'curl') return (context) => playCurl(command, context)
  return playIdle
}

/** A user's own server may listen on the same port, in a pod of a Workspace too: then its command line decides. */
function isModel({ container, pod }: Pick<ProgramContext, 'container' | 'pod'>, line: string): boolean {
  const { image, ports = [] } = container
  if (imageName(image).startsWith('kaito-')) return true
  const ofWorkspace = pod.metadata.labels?.[WORKSPACE_LABEL] !== undefined
  return ofWorkspace && ports.some(({ containerPort }) => containerPort === MODEL_PORT) && line.includes(SERVER)
}

/** A script that runs what is not played, in a container with a port, most likely ends in a server. */
function startsServer(script: string, { ports = [] }: ProgramContext['container']): boolean {
  return (
    ports.length > 0 && parseScript(script).some(({ words }) => !SILENT.has(words[0] ?? '') && !isPlayedCommand(words))
  )
}

/** The script of `sh -c SCRIPT`. */
function scriptOf([shell = '', ...flags]: string[]): string | undefined {
  if (!/(^|\/)(sh|bash|ash)$/.test(shell)) return undefined
  const position = flags.findIndex((flag) => /^-\w*c$/.test(flag))
  return position < 0 ? undefined : flags[position + 1]
}
