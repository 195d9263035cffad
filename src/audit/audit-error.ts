import { Fault } from '../base/fault.ts'
import { systemCode } from '../base/system-error.ts'

export type AuditErrorCode =
  /** The disk is fuller than the reserve allows: no new session. */
  | 'AUDIT_DISK_RESERVE'
  /** All recordings together have reached their limit: no new session. */
  | 'AUDIT_DISK_LIMIT'
  /** A write or sync of the record failed for longer than the grace. */
  | 'AUDIT_WRITE'
  /** A file of the spool was written by a newer version. */
  | 'AUDIT_NEWER'
  /** A file of the spool cannot be understood. */
  | 'AUDIT_DAMAGED'
  /** No session, or more than one, goes by that id. */
  | 'AUDIT_NO_SESSION'

/** What can go wrong with the record. */
export class AuditError extends Fault<AuditErrorCode> {
  override readonly name = 'AuditError'
}

export const writeFailed = (path: string, cause: unknown): AuditError =>
  new AuditError('AUDIT_WRITE', {
    step: 'record session',
    message: `the record could not be written: ${path}`,
    next: 'check free space, quota and health of the disk under DATA_DIR',
    facts: { reason: systemCode(cause) ?? 'unknown' },
    cause,
  })

/** More came than may wait, although the asset was to be stopped. */
export const outrun = (path: string): AuditError =>
  new AuditError('AUDIT_WRITE', {
    step: 'record session',
    message: `output went on although the record was behind: ${path}`,
    next: 'look at the speed of the disk under DATA_DIR',
    facts: { reason: 'outrun' },
  })

export const newerFormat = (path: string, version: number, known: number): AuditError =>
  new AuditError('AUDIT_NEWER', {
    step: 'read record',
    message: `${path} has format ${version}, this program reads up to ${known}`,
    next: 'use the newer cocod that wrote it; it is left as it is',
    facts: { version, known },
  })

export const damaged = (path: string, what: string, cause?: unknown): AuditError =>
  new AuditError('AUDIT_DAMAGED', {
    step: 'read record',
    message: `${path}: ${what}`,
    next: 'the file was changed or cut by something else than cocod; look at it and at the disk',
    cause,
  })
