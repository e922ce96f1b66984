/** Where a tuning is, or how it ended. */
export const TUNING_REASONS = {
  pending: 'TuningPending',
  downloading: 'TuningDownloading',
  training: 'TuningTraining',
  packing: 'TuningPacking',
  pushing: 'TuningPushing',
  succeeded: 'TuningSucceeded',
  failed: 'TuningFailed',
  resultLost: 'TuningResultLost',
} as const

/** Of these, the ends that somebody must do something about. */
export const TUNING_FAILURES: ReadonlySet<string> = new Set([TUNING_REASONS.failed, TUNING_REASONS.resultLost])
