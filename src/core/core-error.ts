import { Fault, type FaultInit } from '../base/fault.ts'

/**
 * What became of a call to core:
 * - `unavailable`: no usable answer (network, time limit, 5xx, HTML): try again, later. The call may have been carried out.
 * - `credentials`: core refuses our access key (403 with `detail`): nothing can work until that is mended.
 * - `refused`: core looked at it and said no for good (400, 401): the same request will never pass.
 * - `missing`: the object is unknown to core (404).
 */
export type CoreErrorKind = 'unavailable' | 'credentials' | 'refused' | 'missing'

export type CoreErrorCode =
  | 'CORE_UNAVAILABLE'
  | 'CORE_CREDENTIALS'
  | 'CORE_REFUSED'
  | 'CORE_MISSING'
  | 'CORE_REPLY'
  | 'CORE_REGISTRATION'
  | 'CORE_ACCESS_KEY'
  | 'CORE_DENIED'
  | 'CORE_TOKEN'
  | 'CORE_CA_FILE'
  | 'CORE_PROXY'

export class CoreError extends Fault<CoreErrorCode> {
  override readonly name = 'CoreError'
  readonly kind: CoreErrorKind
  /** HTTP status, where there was one. */
  readonly status: number | undefined

  constructor(code: CoreErrorCode, kind: CoreErrorKind, init: FaultInit & { status?: number | undefined }) {
    super(code, init)
    this.kind = kind
    this.status = init.status
  }
}
