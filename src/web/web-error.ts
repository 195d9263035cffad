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

export class WebError extends Fault<WebErrorCode> {
  override readonly name = 'WebError'
}
