import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** One of the names before a section's bracket closes: a glob, or a network. */
export type Pattern =
  | { readonly kind: 'glob'; readonly regex: RegExp }
  | { readonly kind: 'network'; readonly list: BlockList }

/** `web-*, db-?, 10.1.0.0/16`: names and addresses, case does not count. Undefined: not understood. */
export function parsePatterns(text: string): readonly Pattern[] | undefined {
  const parts = text.split(',').map((part) => part.trim())
  const patterns = parts.flatMap((part) => parsePattern(part) ?? [])
  return patterns.length === parts.length ? patterns : undefined
}

export const matches = (patterns: readonly Pattern[], name: string): boolean =>
  patterns.some((pattern) =>
    pattern.kind === 'glob' ? pattern.regex.test(name) : inNetwork(pattern.list, name),
  )

function parsePattern(text: string): Pattern | undefined {
  if (text === '') return undefined
  const [, address = '', bits = ''] = /^([\d.]+|[\da-f:.]*:[\da-f:.]*)\/(\d{1,3})$/i.exec(text) ?? []
  if (address !== '') return network(address, Number(bits))
  const source = text
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|\\/]/g, '\\$&')
    .replaceAll('*', '.*?')
    .replaceAll('?', '.')
  return { kind: 'glob', regex: new RegExp(`^${source}$`, 'isu') }
}

function network(address: string, bits: number): Pattern | undefined {
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined
  if (family === undefined || bits > (family === 'ipv4' ? 32 : 128)) return undefined
  const list = new BlockList()
  list.addSubnet(address, bits, family)
  return { kind: 'network', list }
}

function inNetwork(list: BlockList, name: string): boolean {
  if (isIPv4(name)) return list.check(name, 'ipv4')
  return isIPv6(name) && list.check(name, 'ipv6')
}
