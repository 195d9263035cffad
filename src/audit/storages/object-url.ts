import { isIP } from 'node:net'

/** Providers that want the bucket's name in the host's. Others know it in the path at least. */
const IN_HOST = /(^|\.)(amazonaws\.com(\.cn)?|aliyuncs\.com|myqcloud\.com|myhuaweicloud\.(com|eu))$/

/** The address of an object: `https://bucket.host/object` where the provider wants that, else `https://host/bucket/object`. */
export function objectUrl(endpoint: string, bucket: string, object: string): URL {
  const url = new URL(endpoint)
  const prefix = url.pathname.replace(/\/+$/, '')
  const path = object.split('/').map(encodeURIComponent).join('/')
  const named = url.hostname.startsWith(`${bucket}.`) && isIP(url.hostname) === 0
  if (!named && IN_HOST.test(url.hostname)) url.hostname = `${bucket}.${url.hostname}`
  const inHost = named || IN_HOST.test(url.hostname)
  url.pathname = inHost ? `${prefix}/${path}` : `${prefix}/${encodeURIComponent(bucket)}/${path}`
  return url
}
