import type { Algorithms } from './library.ts'

/** Lists as ssh2 takes them, always exact: its own defaults hold SHA-1, zlib and costly groups. */
export type AlgorithmLists = {
  readonly [List in keyof Required<Algorithms>]: readonly (NonNullable<Algorithms[List]> extends infer All
    ? All extends readonly (infer Name)[]
      ? Name
      : never
    : never)[]
}

/**
 * How old the other side may be.
 * - `modern`: the default
 * - `compatible`: adds what is sound but slow or rare (group exchange, larger curves, chacha20)
 * - `legacy`: adds SHA-1, CBC and `ssh-rsa`; never MD5, arcfour or DSA. To be audited on each use.
 */
export type AlgorithmPreset = 'modern' | 'compatible' | 'legacy'

// Left out on purpose: groups 17 and 18 (and here 15 and nistp521) stall the process for tens of ms before login; chacha20 would
// be picked by the order of OpenSSH clients and is slower; zlib inflates without limit; SHA-1 is broken.
const modern = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
  serverHostKey: ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256'],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes256-ctr', 'aes128-ctr'],
  hmac: ['hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512', 'hmac-sha2-256'],
  compress: ['none'],
} as const satisfies AlgorithmLists

const compatible = {
  kex: [
    ...modern.kex,
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group15-sha512',
    'ecdh-sha2-nistp521',
  ],
  serverHostKey: [...modern.serverHostKey, 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  cipher: [...modern.cipher, 'aes192-ctr', 'chacha20-poly1305@openssh.com'],
  hmac: modern.hmac,
  compress: modern.compress,
} as const satisfies AlgorithmLists

const legacy = {
  kex: [
    ...compatible.kex,
    'diffie-hellman-group14-sha1',
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group1-sha1',
  ],
  serverHostKey: [...compatible.serverHostKey, 'ssh-rsa'],
  cipher: [...compatible.cipher, 'aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  hmac: [...compatible.hmac, 'hmac-sha1-etm@openssh.com', 'hmac-sha1'],
  compress: compatible.compress,
} as const satisfies AlgorithmLists

/** What users are offered. Group exchange is never in it: the library cannot serve it. */
export function userAlgorithms(preset: AlgorithmPreset = 'modern'): Algorithms {
  const lists = { modern, compatible, legacy }[preset]
  return copyOf({ ...lists, kex: lists.kex.filter((name) => !name.includes('group-exchange')) })
}

/** The lists of each preset. */
export const ALL_LISTS: Readonly<Record<AlgorithmPreset, AlgorithmLists>> = { modern, compatible, legacy }

/** What assets and gateways are offered. */
export const assetAlgorithms = (preset: AlgorithmPreset = 'modern'): Algorithms => copyOf(ALL_LISTS[preset])

/** Is this one only in the preset for old machines? */
export const isLegacy = (name: string): boolean =>
  !Object.values<readonly string[]>(compatible).some((list) => list.includes(name))

/** The library keeps and extends the arrays it is given. */
const copyOf = (lists: AlgorithmLists): Algorithms => ({
  kex: [...lists.kex],
  serverHostKey: [...lists.serverHostKey],
  cipher: [...lists.cipher],
  hmac: [...lists.hmac],
  compress: [...lists.compress],
})
