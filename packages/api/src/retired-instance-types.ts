/** Azure's first GPU sizes all went on one day (series NC, NCv2, ND and NV). */
const FIRST_SERIES = { on: '2023-09-06', isGone: true }
const NCV3 = '2025-09-30'
/** The day that was announced for NVv3 and NVv4. */
const NVV3_AND_NVV4 = '2026-09-30'

interface RetiredInstanceType {
  /** ISO date. */
  on: string
  successor: string
  /** So long ago that no region has it; of a younger one only a try tells. */
  isGone?: boolean
}

/**
 * GPU sizes that Azure has withdrawn, by their lower-case name: since when, and the size to take instead,
 * which has NVIDIA GPUs, as many of them at least and as much memory on each (learn.microsoft.com, list of retired
 * sizes). ND40rs_v2 is not among them: it is on no such list.
 */
export const RETIRED_INSTANCE_TYPES: ReadonlyMap<string, RetiredInstanceType> = new Map(
  Object.entries({
    standard_nc6: { ...FIRST_SERIES, successor: 'Standard_NC4as_T4_v3' },
    standard_nc12: { ...FIRST_SERIES, successor: 'Standard_NC64as_T4_v3' },
    standard_nc24: { ...FIRST_SERIES, successor: 'Standard_NC64as_T4_v3' },
    standard_nc24r: { ...FIRST_SERIES, successor: 'Standard_NC64as_T4_v3' },
    standard_nv6: { ...FIRST_SERIES, successor: 'Standard_NV12ads_A10_v5' },
    standard_nv12: { ...FIRST_SERIES, successor: 'Standard_NV72ads_A10_v5' },
    standard_nv24: { ...FIRST_SERIES, successor: 'Standard_NC64as_T4_v3' },
    standard_nd6s: { ...FIRST_SERIES, successor: 'Standard_NV36ads_A10_v5' },
    standard_nd12s: { ...FIRST_SERIES, successor: 'Standard_NV72ads_A10_v5' },
    standard_nd24s: { ...FIRST_SERIES, successor: 'Standard_NC96ads_A100_v4' },
    standard_nd24rs: { ...FIRST_SERIES, successor: 'Standard_NC96ads_A100_v4' },
    standard_nc6s_v2: { ...FIRST_SERIES, successor: 'Standard_NC4as_T4_v3' },
    standard_nc12s_v2: { ...FIRST_SERIES, successor: 'Standard_NC64as_T4_v3' },
    standard_nc24s_v2: { ...FIRST_SERIES, successor: 'Standard_NC64as_T4_v3' },
    standard_nc24rs_v2: { ...FIRST_SERIES, successor: 'Standard_NC64as_T4_v3' },
    standard_nc6s_v3: { on: NCV3, successor: 'Standard_NC4as_T4_v3' },
    standard_nc12s_v3: { on: NCV3, successor: 'Standard_NC64as_T4_v3' },
    standard_nc24s_v3: { on: NCV3, successor: 'Standard_NC64as_T4_v3' },
    standard_nc24rs_v3: { on: NCV3, successor: 'Standard_NC64as_T4_v3' },
    standard_nv12s_v3: { on: NVV3_AND_NVV4, successor: 'Standard_NV12ads_A10_v5' },
    standard_nv24s_v3: { on: NVV3_AND_NVV4, successor: 'Standard_NV72ads_A10_v5' },
    standard_nv48s_v3: { on: NVV3_AND_NVV4, successor: 'Standard_NC64as_T4_v3' },
    standard_nv4as_v4: { on: NVV3_AND_NVV4, successor: 'Standard_NV6ads_A10_v5' },
    standard_nv8as_v4: { on: NVV3_AND_NVV4, successor: 'Standard_NV6ads_A10_v5' },
    standard_nv16as_v4: { on: NVV3_AND_NVV4, successor: 'Standard_NV12ads_A10_v5' },
    standard_nv32as_v4: { on: NVV3_AND_NVV4, successor: 'Standard_NC4as_T4_v3' },
  }),
)
