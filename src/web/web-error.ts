import { Fault } from '../base/fault.ts'

export type WebErrorCode =
  | 'WEB_LISTEN'
  | 'WEB_NOBODY'
  | 'WEB_TOKEN'
  | 'WEB_NOT_GRANTED'
  | 'WEB_REQUEST'
  | 'WEB_TOO_MANY'
  | 'WEB_TABS'
  | 'WEB_TOO_MUCH'
  | 'WEB_ROOM'
  /** A name no file can have. Facts: `name`. */
  | 'WEB_NAME'
  /** Facts: `name`. */
  | 'WEB_EXISTS'
  /** Facts: `most`, in MB. */
  | 'WEB_TOO_LARGE'
  /** Too many requests, uploads or pages of one login at a time. */
  | 'WEB_BUSY'
  /** A part of an upload that does not belong to what came before. */
  | 'WEB_UPLOAD'
  /** There is nothing of this kind there. Facts: `name`. */
  | 'WEB_NO_FILE'
  | 'WEB_UNKNOWN_COMMAND'
  /** A session that does not run, or is not this person's affair. */
  | 'WEB_NO_SESSION'
  | 'WEB_NO_RECORD'

export class WebError extends Fault<WebErrorCode> {
  override readonly name = 'WebError'
}
