const NCV3 = '2025-09-30'
const NVV3 = '2026-09-30'

/**
 * GPU sizes that Azure has withdrawn, by their lower-case name: since when (ISO date), and the size to take instead,
 * which has as much memory per GPU at least, and as many GPUs where Azure sells that (learn.microsoft.com, list of
 * retired sizes).
 */
export const RETIRED_INSTANCE_TYPES: ReadonlyMap<string, { on: string; successor: string }> = new Map(
  Object.entries({
    standard_nc6s_v3: { on: NCV3, successor: 'Standard_NC4as_T4_v3' },
    standard_nc12s_v3: { on: NCV3, successor: 'Standard_NC64as_T4_v3' },
    standard_nc24s_v3: { on: NCV3, successor: 'Standard_NC64as_T4_v3' },
    standard_nc24rs_v3: { on: NCV3, successor: 'Standard_NC64as_T4_v3' },
    standard_nv12s_v3: { on: NVV3, successor: 'Standard_NV12ads_A10_v5' },
    standard_nv24s_v3: { on: NVV3, successor: 'Standard_NV36ads_A10_v5' },
    standard_nv48s_v3: { on: NVV3, successor: 'Standard_NV72ads_A10_v5' },
  }),
)
