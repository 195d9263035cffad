import { Fault } from '../base/fault.ts'
import { connectionInternals } from './internals.ts'

/** Reason codes of RFC 4254 section 5.1. */
export const OPEN_FAILURE = { prohibited: 1, connectFailed: 2, resourceShortage: 4 } as const

export interface OpenRefusal {
  readonly reason: number
  /** Shown by most clients. */
  readonly text: string
}

/** Refuses a channel and says why; by itself the library always says "connection failed" and nothing else. */
export function refuseOpen(connection: object, reject: () => void, { reason, text }: OpenRefusal): void {
  const { _protocol: protocol } = connectionInternals(connection)
  const fail: unknown = Reflect.get(protocol, 'channelOpenFail')
  if (typeof fail !== 'function') throw unknownLibrary()
  // For the one call that `reject` makes, in this very turn.
  Reflect.set(protocol, 'channelOpenFail', (recipient: unknown): void => {
    Reflect.apply(fail, protocol, [recipient, reason, text])
  })
  try {
    reject()
  } finally {
    Reflect.deleteProperty(protocol, 'channelOpenFail')
  }
}

const unknownLibrary = (): Fault =>
  new Fault('SSH2_INTERNALS', {
    step: 'use ssh2',
    message: 'channels of the ssh2 library are not refused as in version 1.17.0',
    next: 'Install exactly the version that package.json names.',
  })
