import { Fault } from '../base/fault.ts'

/**
 * - `SSHD_LISTEN`: the port cannot be had.
 * - `SSHD_HOST_KEY`: a host key file is damaged, unreadable or open to others.
 * - `SSHD_NO_TARGET`: a command was given, and no asset to run it on.
 */
export type SshdErrorCode = 'SSHD_LISTEN' | 'SSHD_HOST_KEY' | 'SSHD_NO_TARGET'

export class SshdError extends Fault<SshdErrorCode> {
  override readonly name = 'SshdError'
}
