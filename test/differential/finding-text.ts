import type { Finding } from './run-sequence.ts'
import { scope } from './scope.ts'

const SHOWN_CHARACTERS = 1_500

/** One finding as a person needs it: the request, both answers, and the command that runs its sequence alone. */
export function shownFinding({ sequence, index, step, real, embedded, differences }: Finding): string {
  const [, number] = /^\d+\/(\d+) /.exec(sequence) ?? []
  const again =
    number === undefined
      ? []
      : [`run again: DIFFERENTIAL_SEED=${scope.seed} DIFFERENTIAL_ONLY=${number} pnpm e2e test/differential`]
  return [
    `sequence ${sequence}, step ${index}: ${step.method} ${step.path}`,
    `request: ${shown(step)}`,
    ...differences.flatMap(({ field, real: said, embedded: imitated }) => [
      `${field}: real ${shown(said)}`,
      `${' '.repeat(field.length)}  embedded ${shown(imitated)}`,
    ]),
    `real answer: ${shown(real)}`,
    `embedded answer: ${shown(embedded)}`,
    ...again,
  ].join('\n')
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}
