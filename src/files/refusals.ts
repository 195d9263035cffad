import { FilesError, type FilesErrorCode } from './files-error.ts'
import { BadPacket } from './sftp/cursor.ts'
import { STATUS } from './sftp/protocol.ts'

/** The SFTP status of a refusal. */
export function codeOf(error: unknown): number {
  if (!(error instanceof FilesError)) return STATUS.failure
  const forbidden: ReadonlySet<FilesErrorCode> = new Set([
    'FILES_NO_UPLOAD',
    'FILES_NO_DOWNLOAD',
    'FILES_OUTSIDE',
    'FILES_TREE',
  ])
  return forbidden.has(error.code) ? STATUS.permissionDenied : STATUS.failure
}

/** What breaks the protocol, as a Fault; anything else as it is. */
export const asFault = (error: unknown): unknown => (error instanceof BadPacket ? badPacket(error) : error)

const badPacket = (cause: BadPacket): FilesError =>
  new FilesError('FILES_PACKET', {
    step: 'read packet',
    message: `the client sent what is no SFTP: ${cause.message}`,
    next: 'use another client, or report this one',
    cause,
  })
