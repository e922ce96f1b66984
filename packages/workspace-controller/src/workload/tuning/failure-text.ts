import { TRAINER } from '@kaito/presets'
import { usefulLine } from '../useful-line.ts'
import { type ContainerFailure, ENDED_BY_SIGNAL } from './tuning-pod.ts'

/** Exit codes of the tools, whose last line says what failed and what to do. */
const UNFIT_ARGUMENTS = 64
const UNFIT_INPUT = 65
const FORBIDDEN_ADDRESS = 66
const GIVEN_UP = 75
const REFUSED_CREDENTIALS = 77

type Texts = Partial<Record<string, Partial<Record<number, string>>>>

const FIXED_INPUT = 'another tuning.input needs a new Workspace, since that of this one cannot be changed'
const FIXED_OUTPUT = 'another tuning.output needs a new Workspace, since that of this one cannot be changed'
/** What the tools cannot know. */
const CONSEQUENCES: Texts = {
  'data-downloader': { [UNFIT_INPUT]: FIXED_INPUT, [FORBIDDEN_ADDRESS]: FIXED_INPUT },
  pusher: { [UNFIT_ARGUMENTS]: FIXED_OUTPUT },
}
/** Where they left no line. */
const UNTOLD: Texts = {
  'data-downloader': {
    [UNFIT_INPUT]: 'see that every file of tuning.input.urls is there, not empty and not too large',
    [FORBIDDEN_ADDRESS]: 'see that all addresses of tuning.input.urls are outside of private networks',
    [GIVEN_UP]: 'see that the addresses of tuning.input.urls answer from inside of the cluster',
  },
  packer: { [UNFIT_INPUT]: `see in the log of the ${TRAINER} what became of its result` },
  pusher: {
    [UNFIT_ARGUMENTS]: 'see that tuning.output.image is the name of an image',
    [GIVEN_UP]: 'see that the registry of tuning.output.image answers from inside of the cluster',
    [REFUSED_CREDENTIALS]: 'put credentials that may push into the Secret tuning.output.imagePushSecret',
  },
}
const OF_USERS: Partial<Record<string, string>> = {
  'data-extractor': `see that the image has cp and a directory /data that everybody may read; ${FIXED_INPUT}`,
  [TRAINER]: 'correct the settings of tuning.config or the data',
}
const GPU_MEMORY = /CUDA out of memory|OutOfMemoryError/

/** Which container failed and how, in its own words where it has some, and what to do. */
export function failureText({ container, end, isDeleted }: ContainerFailure): string {
  const { exitCode, reason = '', message } = end
  if (isDeleted) return `container ${container} was ended (exit code ${exitCode}), since its Pod was deleted`
  const isNamed = reason !== '' && reason !== 'Error'
  const how = `container ${container} ended with exit code ${exitCode}${isNamed ? ` (${reason})` : ''}`
  const line = usefulLine(message)
  return [line === undefined ? how : `${how}: ${line}`, ...remedies(container, { exitCode, reason, line })].join('; ')
}

function remedies(
  container: string,
  { exitCode, reason, line }: { exitCode: number; reason: string; line: string | undefined },
): string[] {
  if (reason === 'OOMKilled') return ['it needs a node with more memory: write a larger size into a new Workspace']
  if (ENDED_BY_SIGNAL.has(exitCode)) return ['it was ended from outside, as when somebody deletes its Pod']
  if (container === TRAINER && GPU_MEMORY.test(line ?? '')) {
    const smaller = 'write a smaller per_device_train_batch_size into tuning.config'
    return [`it needs more GPU memory: ${smaller}, or a larger size into a new Workspace`]
  }
  const untold = line === undefined ? UNTOLD[container]?.[exitCode] : undefined
  return [untold, CONSEQUENCES[container]?.[exitCode], OF_USERS[container]].filter((text) => text !== undefined)
}
