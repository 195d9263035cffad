import { Fault, reasonOf } from '../base/fault.ts'
import { systemCode } from '../base/system-error.ts'

/**
 * - `SSHD_LISTEN`: the port cannot be had.
 * - `SSHD_HOST_KEY`: a host key file is damaged, unreadable or open to others.
 * - `SSHD_NO_TARGET`: a command was given, and no asset to run it on.
 */
export type SshdErrorCode = 'SSHD_LISTEN' | 'SSHD_HOST_KEY' | 'SSHD_NO_TARGET'

export class SshdError extends Fault<SshdErrorCode> {
  override readonly name = 'SshdError'
}

/** Names what is in the way of listening, and what to do. */
export function listenFault(host: string, port: number, cause: Error): SshdError {
  const taken = systemCode(cause) === 'EADDRINUSE'
  return new SshdError('SSHD_LISTEN', {
    step: 'listen',
    message: `cannot listen for SSH on ${host}:${port}: ${taken ? 'the port is taken' : reasonOf(cause)}`,
    next: taken ? 'Stop what uses it, or set SSHD_PORT to another one.' : 'Check BIND_HOST and SSHD_PORT.',
    facts: { host, port },
    cause,
  })
}
