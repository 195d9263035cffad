import { connect, type Socket } from 'node:net'
import type { Clock } from '../base/clock.ts'
import { systemCode } from '../base/system-error.ts'
import { AssetError, type AssetErrorCode } from './asset-error.ts'

export interface Dialling {
  /** IP literals that were judged, to be tried in this order. */
  readonly addresses: readonly string[]
  readonly port: number
  /** For each address, ms. */
  readonly limit: number
  readonly clock: Clock
}

/**
 * A TCP connection to the first address that takes one, with its small packets sent at once. Errors that come before
 * the caller listens are not lost: the socket is then destroyed.
 * @throws {AssetError} ASSET_REFUSED, ASSET_UNREACHABLE, ASSET_TIMEOUT; the signal's reason
 */
export async function dial(
  { addresses, port, limit, clock }: Dialling,
  signal: AbortSignal,
): Promise<Socket> {
  let last: unknown
  for (const host of addresses) {
    try {
      return await dialOne({ host, port, limit, clock }, signal)
    } catch (error) {
      signal.throwIfAborted()
      last = error
    }
  }
  throw last
}

interface One {
  readonly host: string
  readonly port: number
  readonly limit: number
  readonly clock: Clock
}

function dialOne({ host, port, limit, clock }: One, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted()
  const at = `${host}:${port}`
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    const settle = (): void => {
      timer[Symbol.dispose]()
      signal.removeEventListener('abort', onAbort)
    }
    const fail = (error: unknown): void => {
      settle()
      socket.destroy()
      reject(error)
    }
    const onAbort = (): void => fail(signal.reason)
    const timer = clock.after(limit, () => fail(timeoutError(at, limit)))
    signal.addEventListener('abort', onAbort, { once: true })
    // Stays for the life of the socket: an error in between owners must not end the process.
    socket.on('error', (error) => fail(connectError(at, error)))
    socket.once('connect', () => {
      settle()
      resolve(socket)
    })
  })
}

const timeoutError = (address: string, limit: number): AssetError =>
  new AssetError('ASSET_TIMEOUT', {
    step: 'connect',
    message: `no answer on ${address}`,
    next: 'The host or a firewall is likely down.',
    facts: { address, step: 'connect', seconds: Math.round(limit / 1000) },
  })

function connectError(address: string, cause: unknown): AssetError {
  const code: AssetErrorCode = isRefusal(cause) ? 'ASSET_REFUSED' : 'ASSET_UNREACHABLE'
  return new AssetError(code, {
    step: 'connect',
    message: code === 'ASSET_REFUSED' ? `${address} refused the connection` : `${address} cannot be reached`,
    next: 'Check that the service runs there and that the port of the asset is right.',
    facts: { address },
    cause,
  })
}

const isRefusal = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ECONNRESET'].includes(systemCode(error) ?? '')
