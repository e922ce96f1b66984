const { DIFFERENTIAL_SEED, DIFFERENTIAL_SEQUENCES, DIFFERENTIAL_ONLY } = process.env

const DEFAULT_SEED = 1
/** More than five thousand requests. */
const DEFAULT_SEQUENCES = 140

/** How much is asked, by the environment: another seed, more sequences, or only those of some numbers. */
export const scope = {
  seed: Number(DIFFERENTIAL_SEED ?? DEFAULT_SEED),
  sequences: Number(DIFFERENTIAL_SEQUENCES ?? DEFAULT_SEQUENCES),
  only: DIFFERENTIAL_ONLY?.split(',').map(Number),
  /** Nothing was changed: what is asked is the same each time. */
  isWhole: DIFFERENTIAL_SEED === undefined && DIFFERENTIAL_SEQUENCES === undefined && DIFFERENTIAL_ONLY === undefined,
}
