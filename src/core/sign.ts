import { createHash } from 'node:crypto'
import type { Secret } from '../base/secret.ts'

/** What core knows this bastion by (its service account, role `App`). */
export interface AccessKey {
  /** UUID, lowercase, with hyphens. */
  readonly id: string
  readonly secret: Secret
}

/** Headers that prove who calls. The same `Date` is signed and sent; core takes it for 15 minutes. */
export interface SignedHeaders {
  readonly Date: string
  readonly Authorization: string
}

/**
 * Signs a request at `now` (ms since the epoch): base64 of the lowercase hex digits of MD5(secret, LF, Date). Method,
 * path and body are not covered; Jumpserver core 1.x accepts nothing else.
 */
export function sign(key: AccessKey, now: number): SignedHeaders {
  const date = new Date(now).toUTCString()
  const hex = createHash('md5').update(`${key.secret.reveal()}\n${date}`).digest('hex')
  return { Date: date, Authorization: `Sign ${key.id}:${Buffer.from(hex).toString('base64')}` }
}

/** As `sign`, for core 0.4: base64 of the 16 bytes of the digest themselves. */
export function signRaw(key: AccessKey, now: number): SignedHeaders {
  const date = new Date(now).toUTCString()
  const digest = createHash('md5').update(`${key.secret.reveal()}\n${date}`).digest('base64')
  return { Date: date, Authorization: `Sign ${key.id}:${digest}` }
}
