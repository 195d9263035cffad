import { createHash, createHmac } from 'node:crypto'
import type { Secret } from '../../base/secret.ts'

/** A request as a signature sees it. Header names are in lower case. */
export interface Signable {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

export interface AccessKeys {
  readonly accessKey: string
  readonly secretKey: Secret
}

/**
 * AWS Signature Version 4 for S3, in the Authorization header. `payload` is the hex SHA-256 of the body. Returns all
 * headers to be sent. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signAws(
  { method, url, headers }: Signable,
  { accessKey, secretKey, region }: AccessKeys & { readonly region: string },
  { payload, now }: { readonly payload: string; readonly now: number },
): Record<string, string> {
  const time = basicTime(now)
  const all = { ...headers, host: url.host, 'x-amz-content-sha256': payload, 'x-amz-date': time }
  const names = Object.keys(all).sort()
  const lines = canonicalHeaders(all)
  const request = [method, url.pathname, canonicalQuery(url), lines, '', names.join(';'), payload].join('\n')
  const scope = [time.slice(0, 8), region, 's3', 'aws4_request']
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(request)].join('\n')
  const signature = hmac(derivedKey(`AWS4${secretKey.reveal()}`, scope), text).toString('hex')
  const credential = `${accessKey}/${scope.join('/')}`
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  }
}

/**
 * Version 4 of OSS: the same idea with other words. `path` is `/bucket/object`, wherever the bucket's name stands in the
 * address. https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4
 */
export function signOss(
  { method, url, headers }: Signable,
  { accessKey, secretKey, region }: AccessKeys & { readonly region: string },
  { path, now }: { readonly path: string; readonly now: number },
): Record<string, string> {
  const time = basicTime(now)
  const all = { ...headers, 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD', 'x-oss-date': time }
  const lines = canonicalHeaders(all)
  const request = [method, path, canonicalQuery(url), lines, '', '', 'UNSIGNED-PAYLOAD'].join('\n')
  const scope = [time.slice(0, 8), region, 'oss', 'aliyun_v4_request']
  const text = ['OSS4-HMAC-SHA256', time, scope.join('/'), sha256(request)].join('\n')
  const signature = hmac(derivedKey(`aliyun_v4${secretKey.reveal()}`, scope), text).toString('hex')
  return {
    ...all,
    authorization: `OSS4-HMAC-SHA256 Credential=${accessKey}/${scope.join('/')},Signature=${signature}`,
  }
}

/** Version 1 of OSS, for installations whose address tells no region. The query must have no subresource. */
export function signOldOss(
  { method, headers }: Signable,
  { accessKey, secretKey }: AccessKeys,
  { path, now }: { readonly path: string; readonly now: number },
): Record<string, string> {
  const date = new Date(now).toUTCString()
  const text = [method, '', headers['content-type'] ?? '', date, `x-oss-date:${date}`, path].join('\n')
  const signature = createHmac('sha1', secretKey.reveal()).update(text).digest('base64')
  return { ...headers, 'x-oss-date': date, authorization: `OSS ${accessKey}:${signature}` }
}

/**
 * Azure's Shared Key, for requests whose query is empty. `length` is that of the body. Header names in lower case.
 * https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key
 */
export function signAzure(
  { method, url, headers }: Signable,
  { accountName, accountKey }: { readonly accountName: string; readonly accountKey: Secret },
  { length, now }: { readonly length: number; readonly now: number },
): Record<string, string> {
  const all: Record<string, string> = {
    ...headers,
    'x-ms-date': new Date(now).toUTCString(),
    'x-ms-version': '2021-08-06',
  }
  const own = Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('x-ms-')))
  // Encoding, language, length, MD5, type, date, and five conditions that are not used.
  const fields = [
    '',
    '',
    length > 0 ? String(length) : '',
    '',
    all['content-type'] ?? '',
    '',
    '',
    '',
    '',
    '',
    '',
  ]
  const text = [method, ...fields, canonicalHeaders(own), `/${accountName}${url.pathname}`].join('\n')
  const key = Buffer.from(accountKey.reveal(), 'base64')
  const signature = createHmac('sha256', key).update(text).digest('base64')
  return { ...all, authorization: `SharedKey ${accountName}:${signature}` }
}

/** `20260101T000000Z`. */
const basicTime = (now: number): string => `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`

const canonicalHeaders = (headers: Readonly<Record<string, string>>): string =>
  Object.keys(headers)
    .sort()
    .map((name) => `${name}:${headers[name]?.trim()}`)
    .join('\n')

const canonicalQuery = ({ searchParams }: URL): string =>
  [...searchParams]
    .map(([name, value]) => `${strict(name)}=${strict(value)}`)
    .sort()
    .join('&')

/** RFC 3986: encodeURIComponent leaves five characters that are to be encoded. */
const strict = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const derivedKey = (first: string, scope: readonly string[]): string | Buffer =>
  scope.reduce<string | Buffer>((key, part) => hmac(key, part), first)
