import { type HttpAnswer, json } from '../http/exchange.ts'

/** Error body of Azure Resource Manager (common-types `ErrorDetail`). */
export interface ErrorDetail {
  code: string
  message: string
  target?: string
  details?: ErrorDetail[]
}

interface ArmErrorOptions {
  status: number
  code: string
  message: string
  target?: string
  details?: ErrorDetail[]
  headers?: Record<string, string>
  /** Only AKS: its body carries a subcode. */
  subcode?: string
  cause?: unknown
}

/** A refusal. ARM wraps its own in `error`; those of the AKS resource provider arrive without a wrapper. */
export class ArmError extends Error {
  override readonly name = 'ArmError'
  readonly from: 'arm' | 'aks'
  readonly options: ArmErrorOptions

  constructor(from: 'arm' | 'aks', options: ArmErrorOptions) {
    super(`${options.code}: ${options.message}`, { cause: options.cause })
    this.from = from
    this.options = options
  }
}

export function armError(options: ArmErrorOptions): ArmError {
  return new ArmError('arm', options)
}

export function aksError(options: ArmErrorOptions): ArmError {
  return new ArmError('aks', options)
}

export function errorAnswer({ from, options }: ArmError): HttpAnswer {
  const { status, code, message, target, details, headers, subcode } = options
  if (from === 'aks')
    return json(
      status,
      { code, details: details ?? null, message, subcode: subcode ?? '', ...(target && { target }) },
      headers,
    )
  const error = { code, message, ...(target && { target }), ...(details && { details }) }
  return json(status, { error }, { 'x-ms-failure-cause': 'gateway', ...headers })
}
