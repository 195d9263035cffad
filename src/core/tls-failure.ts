import { escapeControls } from '../base/escape.ts'

const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/**
 * Why TLS to `host` failed and what to do, by the code of Node's error (its names of OpenSSL's X509_V_ERR_*);
 * undefined for any other failure. `now` is this machine's time, which may be what is wrong.
 */
export function tlsFailure(
  { code, message, certificateNames }: Failure,
  host: string,
  now: number,
): string | undefined {
  if (code === undefined) return undefined
  const today = new Date(now).toISOString().slice(0, 10)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `core's certificate is not for ${host} but for ${namesIn(certificateNames)}: set CORE_HOST to a name of the certificate, or have ${host} added to it`
  if (code === 'CERT_HAS_EXPIRED')
    return `core's certificate has expired (today is ${today} by this machine's clock): renew it`
  if (code === 'CERT_NOT_YET_VALID')
    return `core's certificate is not valid yet (today is ${today} by this machine's clock): set the clock`
  if (UNKNOWN_AUTHORITY.has(code))
    return `core's certificate is signed by an authority that is not known here (${code}): set CORE_CA_FILE to that authority's certificate`
  if (code === 'EPROTO' && message.includes('wrong version number'))
    return `no TLS is spoken at ${host}: correct the port of CORE_HOST, or use http://`
  return undefined
}

export interface Failure {
  readonly code: string | undefined
  readonly message: string
  readonly certificateNames: string | undefined
}

/** They come from the other side: no control characters, and not without end. */
const namesIn = (list: string | undefined): string =>
  escapeControls((list ?? '').replace(/\b(?:DNS|IP Address):/g, '').slice(0, 300)) || 'no name'
