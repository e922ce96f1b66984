import { ephemeralDiskGiB, findVmSize, type VmSize } from '../compute/vm-sizes.ts'
import type { Settings } from '../settings.ts'
import type { RequestProperties } from './properties.ts'
import { badRequest, invalidParameter, sizeNotSupported, zoneNotSupported } from './refusals.ts'

const POOL_NAME = /^[a-z][a-z0-9]{0,11}$/
const WINDOWS_NAME_LENGTH = 6
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const TAINT = /^[^=:,\s]+(=[^=:,\s]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$/
const TAG_NAME_FORBIDDEN = /[<>%&\\?/]/
const MAX_TAGS = 50
const OWN_LABELS = ['kubernetes.azure.com/scalesetpriority']
const WELL_KNOWN_LABELS = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.kubernetes.io/zone',
  'failure-domain.kubernetes.io/region',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/instance-type',
])

/** Throws what AKS answers to a pool of this name with these properties; unchanged members of an existing pool included. */
export function validatePool(name: string, properties: RequestProperties, settings: Settings): VmSize {
  validateName(name, properties)
  if (properties.type && properties.type !== 'VirtualMachineScaleSets')
    throw invalidParameter('type', `this simulation has no agent pools of the type ${properties.type}`)
  const size = offeredSize(properties, settings)
  validateCount(properties)
  validateDisk(properties, size)
  validateZones(name, properties, settings)
  validateLabels(properties.nodeLabels ?? {})
  for (const taint of properties.nodeTaints ?? [])
    if (!TAINT.test(taint))
      throw invalidParameter(
        'nodeTaints',
        `taint '${taint}' is not of the form key=value:effect with the effect NoSchedule, PreferNoSchedule or NoExecute`,
      )
  validateTags(properties.tags ?? {})
  return size
}

function validateName(name: string, { osType }: RequestProperties): void {
  const tooLong = osType === 'Windows' && name.length > WINDOWS_NAME_LENGTH
  if (!POOL_NAME.test(name) || tooLong)
    throw invalidParameter(
      'name',
      'Agent pool name must start with a lowercase letter, have max length of 12 (6 for Windows), and only have characters a-z0-9',
    )
}

function offeredSize({ vmSize }: RequestProperties, settings: Settings): VmSize {
  if (!vmSize) throw invalidParameter('vmSize', 'the VM size is required')
  const size = findVmSize(vmSize)
  const restricted = settings.restrictedSizes.some((other) => other.toLowerCase() === vmSize.toLowerCase())
  if (!size || restricted || (size.retired && !settings.offersRetiredSizes)) throw sizeNotSupported(vmSize, settings)
  return size
}

function validateCount({ count, mode, minCount, maxCount, enableAutoScaling, maxPods }: RequestProperties): void {
  const least = mode === 'System' ? 1 : 0
  if (count !== undefined && (count < least || count > 1000))
    throw invalidParameter(
      'count',
      `agentPoolProfile.count was ${count}. It must be greater or equal to minCount:${least} and less than or equal to maxCount:1000`,
    )
  const ordered = (minCount ?? 0) <= (maxCount ?? 1000)
  if (enableAutoScaling && (minCount === undefined || maxCount === undefined || !ordered))
    throw invalidParameter('minCount', 'minCount and maxCount are required, and minCount must not exceed maxCount')
  if (maxPods !== undefined && (maxPods < 10 || maxPods > 250))
    throw invalidParameter('maxPods', 'maxPods must be between 10 and 250')
}

const GIB = 1024 ** 3

function validateDisk({ osDiskSizeGB = 0, osDiskType }: RequestProperties, size: VmSize): void {
  if (osDiskSizeGB !== 0 && (osDiskSizeGB < 30 || osDiskSizeGB > 2048))
    throw invalidParameter('osDiskSizeGB', 'the OS disk size must be 0 or between 30 and 2048 GB')
  if (osDiskType === 'Ephemeral' && Math.max(osDiskSizeGB, 30) > ephemeralDiskGiB(size))
    throw badRequest(
      `The virtual machine size ${size.name} has a cache size of ${size.cacheGiB * GIB} bytes and temp disk size of ${size.localDiskGiB * GIB} bytes, but the OS disk requires ${osDiskSizeGB * GIB} bytes. Use a VM size with larger cache or disable ephemeral OS.`,
    )
}

function validateZones(pool: string, { availabilityZones = [] }: RequestProperties, settings: Settings): void {
  const missing = availabilityZones.filter((zone) => !settings.zones.includes(zone))
  if (missing.length > 0) throw zoneNotSupported(missing, pool, settings)
}

function validateLabels(labels: Record<string, string>): void {
  for (const [key, value] of Object.entries(labels)) {
    const [prefix = ''] = key.includes('/') ? key.split('/') : []
    if (prefix === 'kubernetes.azure.com' && !OWN_LABELS.includes(key))
      throw badRequest(
        `Invalid node label key ${key}. The 'kubernetes.azure.com' prefix is preserved by aks system labels`,
      )
    if (!isAllowedNamespace(key, prefix))
      throw badRequest(
        "For Kubernetes version greater than or equal to 1.16, node label keys in the 'kubernetes.io' or 'k8s.io' namespace must begin with an allowed prefix (kubelet.kubernetes.io, node.kubernetes.io). For more information, please check https://aka.ms/aks-node-labels-116.",
        `${key}=${value}`,
      )
    if (!LABEL_KEY.test(key) || !LABEL_VALUE.test(value))
      throw badRequest(
        `Node label '${key}: ${value}' does not meet syntax and character specifications. Please see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ for more details.`,
      )
  }
}

// The kubelet may set only these labels of its own namespaces on itself.
function isAllowedNamespace(key: string, prefix: string): boolean {
  const reserved = /(^|\.)(kubernetes|k8s)\.io$/.test(prefix)
  return !reserved || WELL_KNOWN_LABELS.has(key) || /(^|\.)(kubelet|node)\.kubernetes\.io$/.test(prefix)
}

function validateTags(tags: Record<string, string>): void {
  if (Object.keys(tags).length > MAX_TAGS) throw invalidParameter('tags', `at most ${MAX_TAGS} tags are allowed`)
  for (const [name, value] of Object.entries(tags)) {
    if (TAG_NAME_FORBIDDEN.test(name))
      throw invalidParameter('tags', `the tag name '${name}' has reserved characters '<,>,%,&,\\,?,/'`)
    if (name.length > 512 || value.length > 256)
      throw invalidParameter('tags', `the tag '${name}' is longer than 512 (name) or 256 (value) characters`)
  }
}
