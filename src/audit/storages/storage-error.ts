import { escapeControls } from '../../base/escape.ts'
import { Fault, type FaultInit } from '../../base/fault.ts'

export type StorageErrorCode =
  /** No usable answer of a storage. */
  | 'STORAGE_UNAVAILABLE'
  /** The storage said no: credentials, bucket, a rule of its own. */
  | 'STORAGE_REFUSED'
  /** It failed a moment ago and is left alone for a while. */
  | 'STORAGE_RESTS'

/** What can go wrong with a storage other than core. All of it is tried again, for ever: an administrator can mend each. */
export class StorageError extends Fault<StorageErrorCode> {
  override readonly name = 'StorageError'
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined

  constructor(code: StorageErrorCode, init: FaultInit & { status?: number | undefined }) {
    super(code, init)
    this.status = init.status
  }
}

/** The error an answer is; `said` is the storage's own word for it, which goes to the log on one line. */
export function refusedBy(storage: string, status: number, said: string): StorageError {
  const code = status >= 500 || status === 408 || status === 429 ? 'STORAGE_UNAVAILABLE' : 'STORAGE_REFUSED'
  return new StorageError(code, {
    step: 'store record',
    status,
    message: `${storage} answered ${status}: ${escapeControls(said.slice(0, 300)) || 'no reason given'}`,
    next: 'check the storage in Jumpserver: address, bucket or index, keys; the record is kept here until it is stored',
  })
}

export const silent = (storage: string, reason: string, cause?: unknown): StorageError =>
  new StorageError('STORAGE_UNAVAILABLE', {
    step: 'store record',
    message: `${storage} did not answer: ${reason}`,
    next: 'check that the storage runs and can be reached from here; the record is kept here until it is stored',
    cause,
  })

/** `Code` and `Message` of the XML that S3, OSS and Azure answer with. */
export function reasonInXml(text: string): string {
  const said = ['Code', 'Message'].map((tag) => elementIn(text, tag)).filter((part) => part !== '')
  return said.join(': ')
}

/** The text of the first element of that name. */
export const elementIn = (xml: string, tag: string): string =>
  new RegExp(`<${tag}>([^<]{1,1000})</${tag}>`).exec(xml)?.[1]?.trim() ?? ''
