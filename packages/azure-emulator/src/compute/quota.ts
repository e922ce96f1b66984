import type { Pool } from '../agent-pools/pool.ts'
import { aksError, type ErrorDetail } from '../arm/arm-error.ts'
import type { Settings } from '../settings.ts'
import { findVmSize, type VmSize } from './vm-sizes.ts'

const UNLIMITED = 1_000_000

interface Usage {
  name: string
  used: number
  limit: number
}

interface QuotaRequest {
  size: VmSize
  spot: boolean
  /** Machines wanted beyond those the pool already has. */
  extraMachines: number
}

/** vCPUs in use and allowed under one quota name: a family, `cores` or `lowPriorityCores`. */
export function usageOf(name: string, pools: Iterable<Pool>, settings: Settings): Usage {
  const quota = quotaNamed(name, settings)
  let used = quota?.used ?? 0
  for (const pool of pools) used += vCpusUnder(name, pool)
  return { name, used, limit: quota?.limit ?? UNLIMITED }
}

function vCpusUnder(name: string, pool: Pool): number {
  const size = findVmSize(pool.properties.vmSize)
  if (!size) return 0
  const names = quotaNames(size, pool.properties.scaleSetPriority === 'Spot')
  return names.some((own) => own.toLowerCase() === name.toLowerCase()) ? size.vCpus * pool.properties.count : 0
}

function quotaNames(size: VmSize, spot: boolean): string[] {
  return spot ? ['lowPriorityCores'] : [size.family, 'cores']
}

function quotaNamed(name: string, settings: Settings) {
  return Object.entries(settings.quotas).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

/**
 * Refuses at once what a quota forbids (throws), or returns the error with which the operation will end where the quota
 * is set to be noticed late; undefined when there is room.
 */
export function checkQuota(request: QuotaRequest, pools: Iterable<Pool>, settings: Settings): ErrorDetail | undefined {
  const required = request.size.vCpus * request.extraMachines
  const all = [...pools]
  for (const name of quotaNames(request.size, request.spot)) {
    const quota = quotaNamed(name, settings)
    if (!quota || required <= 0) continue
    const { used, limit } = usageOf(name, all, settings)
    if (used + required <= limit) continue
    if (quota.refuse === 'async') return quotaExceeded({ name, used, limit }, required, settings)
    throw insufficientQuota({ name, used, limit }, required, settings)
  }
  return undefined
}

function insufficientQuota({ name, used, limit }: Usage, required: number, { location }: Settings) {
  const left = Math.max(0, limit - used)
  const message =
    name === 'cores'
      ? `Insufficient regional vcpu quota left for location ${location}. left regional vcpu quota ${left}, requested quota ${required}. If you want to increase the quota, please follow this instruction: https://learn.microsoft.com/en-us/azure/quotas/view-quotas.`
      : `Insufficient vcpu quota requested ${required}, remaining ${left} for family ${name} for region ${location}.`
  return aksError({ status: 400, code: 'ErrCode_InsufficientVCPUQuota', message })
}

function quotaExceeded({ name, used, limit }: Usage, required: number, { location }: Settings): ErrorDetail {
  const label = { cores: 'Total Regional Cores', lowPriorityCores: 'LowPriorityCores' }[name] ?? `${name} Cores`
  const message = `Operation could not be completed as it results in exceeding approved ${label} quota. Additional details - Deployment Model: Resource Manager, Location: ${location}, Current Limit: ${limit}, Current Usage: ${used}, Additional Required: ${required}, (Minimum) New Limit Required: ${used + required}. Submit a request for Quota increase at https://aka.ms/ProdportalCRP/#blade/ by specifying parameters listed in the 'Details' section for deployment to succeed. Please read more about quota limits at https://docs.microsoft.com/en-us/azure/azure-supportability/per-vm-quota-requests`
  return {
    code: 'QuotaExceeded',
    message: `Code="OperationNotAllowed" Message="${message}"`,
    details: [{ code: 'OperationNotAllowed', message }],
  }
}
