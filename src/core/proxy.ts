import { BlockList, isIP } from 'node:net'
import { isLoopback } from '../base/loopback.ts'
import { CoreError } from './core-error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that the usual variables name for `address`: HTTPS_PROXY or HTTP_PROXY by the scheme of the address, else
 * ALL_PROXY, unless NO_PROXY covers its host; lowercase names win. Loopback is always reached directly. Throws
 * CoreError CORE_PROXY for a value that is no http:// or https:// address.
 */
export function proxyFor(address: string, environment: Environment): URL | undefined {
  const target = new URL(address)
  if (isLoopback(target.hostname) || isExempt(target, named(environment, 'NO_PROXY')?.value ?? ''))
    return undefined
  const found =
    named(environment, target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ??
    named(environment, 'ALL_PROXY')
  return found && parseProxy(found)
}

interface Named {
  readonly name: string
  readonly value: string
}

function named(environment: Environment, name: string): Named | undefined {
  for (const each of [name.toLowerCase(), name]) {
    const value = environment[each]?.trim()
    if (value !== undefined && value !== '') return { name: each, value }
  }
  return undefined
}

/** `host:port` without a scheme is usual, and means http. The value may hold a password: it is not quoted. */
function parseProxy({ name, value }: Named): URL {
  const text = value.includes('://') ? value : `http://${value}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') return url
  throw new CoreError('CORE_PROXY', 'refused', {
    step: 'find the proxy to core',
    message: `the environment variable ${name} names no http:// or https:// proxy`,
    next: `correct ${name}, or name core's host in NO_PROXY`,
    facts: { name },
  })
}

/** NO_PROXY: names with their subdomains, addresses, networks (`10.0.0.0/8`), each perhaps with a port; `*` for all. */
function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const effectivePort = port || (protocol === 'https:' ? '443' : '80')
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => covers(entry, host, effectivePort))
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  if (entry.includes('/')) return isInNetwork(entry, host)
  const withPort = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:]*))(?::(?<port>\d+))?$/.exec(entry)?.groups
  if (withPort?.['port'] !== undefined && withPort['port'] !== port) return false
  const name = withPort?.['v6'] ?? withPort?.['name'] ?? entry
  const plain = name.replace(/^\*?\./, '')
  return host === plain || (isIP(host) === 0 && host.endsWith(`.${plain}`))
}

function isInNetwork(entry: string, host: string): boolean {
  const [network = '', prefix = ''] = entry.split('/')
  const family = isIP(network)
  const bits = Number(prefix)
  if (family === 0 || family !== isIP(host) || !/^\d+$/.test(prefix) || bits > (family === 4 ? 32 : 128))
    return false
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  const networks = new BlockList()
  networks.addSubnet(network, bits, kind)
  return networks.check(host, kind)
}
