/** What was found out about one item. */
export type Verdict =
  | { result: 'pass' }
  /** `saw` says what was there instead. */
  | { result: 'fail'; saw: string }
  | { result: 'not applicable'; reason: string }

export const notApplicable = (reason: string): Verdict => ({ result: 'not applicable', reason })

/** Passes if nothing is wrong; the first wrong thing that applies is what was seen. */
export function unless(...wrong: (string | false | undefined)[]): Verdict {
  const saw = wrong.find((text) => text !== false && text !== undefined)
  return saw ? { result: 'fail', saw } : { result: 'pass' }
}
