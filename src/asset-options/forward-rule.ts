import { isIPv4 } from 'node:net'
import { canonicalAddress } from '../base/ip-address.ts'
import { matches, type Pattern, parsePatterns } from './pattern.ts'

/** Where TCP connections may be forwarded to. `port` undefined: any. */
export type ForwardRule =
  /** The asset's own loopback, on any port but those where one logs in. */
  | { readonly kind: 'asset-loopback' }
  | { readonly kind: 'place'; readonly hosts: readonly Pattern[]; readonly port: number | undefined }

const LOOPBACK = 'asset-loopback'

/** `asset-loopback`, `host:port`, `*.corp:443`, `10.0.0.0/8:*` or `[2001:db8::1]:22`. Undefined: not understood. */
export function parseForwardRule(text: string): ForwardRule | undefined {
  if (text === LOOPBACK) return { kind: 'asset-loopback' }
  const [, bracketed, bare, digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\*|\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? bare
  const port = digits === '*' ? undefined : Number(digits)
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) return undefined
  const hosts = parsePatterns(canonicalAddress(host) ?? host)
  return hosts && { kind: 'place', hosts, port }
}

/** A place as a client names it. `loginPorts`: where one logs in to the asset. */
export interface ForwardPlace {
  readonly host: string
  readonly port: number
  readonly loginPorts: readonly number[]
}

/** Names are compared as they are written: it is the asset that resolves them. */
export function ruleCovers(rule: ForwardRule, { host, port, loginPorts }: ForwardPlace): boolean {
  const names = namesOf(host)
  if (rule.kind === 'asset-loopback') return names.some(isLoopback) && !loginPorts.includes(port)
  return (rule.port === undefined || rule.port === port) && names.some((name) => matches(rule.hosts, name))
}

const namesOf = (host: string): readonly string[] =>
  host.toLowerCase() === 'localhost' ? ['localhost', '127.0.0.1'] : [canonicalAddress(host) ?? host]

const isLoopback = (name: string): boolean =>
  (isIPv4(name) && name.startsWith('127.')) || name === '0:0:0:0:0:0:0:1'
