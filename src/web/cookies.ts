/** The cookies of a request by name; the first one of a name counts, as it does for browsers' longest path. */
export function cookiesOf(header: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const pair of (header ?? '').split(';').slice(0, MOST_COOKIES)) {
    const at = pair.indexOf('=')
    if (at < 1) continue
    const name = pair.slice(0, at).trim()
    if (!found.has(name))
      found.set(
        name,
        pair
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      )
  }
  return found
}

const MOST_COOKIES = 100

export interface CookieFacts {
  readonly name: string
  readonly value: string
  readonly path: string
  /** The request came by TLS, so that the cookie must never go without. */
  readonly secure: boolean
  /** Seconds; 0 removes it. Undefined: until the browser is closed. */
  readonly maxAge?: number
}

/** A Set-Cookie value no script can read and no other site can send along. */
export const setCookie = ({ name, value, path, secure, maxAge }: CookieFacts): string =>
  [
    `${name}=${value}`,
    `Path=${path}`,
    'HttpOnly',
    'SameSite=Strict',
    ...(secure ? ['Secure'] : []),
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
  ].join('; ')
