import type { AlgorithmLists } from './algorithms.ts'
import { ALL_LISTS, type AlgorithmPreset } from './algorithms.ts'

/** What a server offers (RFC 4253 section 7.1), in its order; names come from a stranger. */
export interface ServerLists {
  readonly kex: readonly string[]
  readonly hostKey: readonly string[]
  readonly cipherIn: readonly string[]
  readonly cipherOut: readonly string[]
  readonly macIn: readonly string[]
  readonly macOut: readonly string[]
}

/** What the two sides have nothing in common in. */
export interface Disagreement {
  readonly list: 'kex' | 'host key' | 'cipher' | 'mac'
  readonly offered: readonly string[]
  readonly ours: readonly string[]
}

/** A greeting and a first packet longer than this are no SSH. */
const MOST_BYTES = 64 * 1024
const SSH_MSG_KEXINIT = 20
const COOKIE = 16

/** Reads along what a server says before anything is encrypted: its identification and what it offers. */
export class ServerHello {
  #bytes = Buffer.alloc(0)
  #ident: string | undefined
  #lists: ServerLists | undefined
  #over = false

  /** To be shown every chunk from the first one on. */
  readonly feed = (chunk: Buffer): void => {
    if (this.#over) return
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    if (this.#ident === undefined) this.#readIdent()
    if (this.#ident !== undefined) this.#readLists()
    if (this.#lists === undefined && this.#bytes.length <= MOST_BYTES) return
    this.#over = true
    this.#bytes = Buffer.alloc(0)
  }

  /** `SSH-2.0-…`, once it came. */
  get ident(): string | undefined {
    return this.#ident
  }

  /** The second version of the protocol (RFC 4253 sections 4.2 and 5.1), not the first. */
  get speaksSsh(): boolean {
    return /^SSH-(2\.0|1\.99)-/.test(this.#ident ?? '')
  }

  get lists(): ServerLists | undefined {
    return this.#lists
  }

  /** Other lines may come before (RFC 4253 section 4.2). */
  #readIdent(): void {
    for (let end = this.#bytes.indexOf(10); end >= 0; end = this.#bytes.indexOf(10)) {
      const line = this.#bytes.toString('latin1', 0, end).replace(/\r$/, '')
      this.#bytes = this.#bytes.subarray(end + 1)
      if (!line.startsWith('SSH-')) continue
      this.#ident = line.slice(0, 255)
      return
    }
  }

  #readLists(): void {
    if (this.#bytes.length < 6) return
    const length = this.#bytes.readUInt32BE(0)
    if (this.#bytes.length < 4 + length) return
    const payload = this.#bytes.subarray(5, 4 + length)
    this.#over = true
    if (payload[0] === SSH_MSG_KEXINIT) this.#lists = listsOf(payload.subarray(1 + COOKIE))
  }
}

function listsOf(fields: Buffer): ServerLists | undefined {
  const names: Array<readonly string[]> = []
  let at = 0
  while (names.length < 6) {
    if (at + 4 > fields.length) return undefined
    const end = at + 4 + fields.readUInt32BE(at)
    if (end > fields.length) return undefined
    names.push(
      fields
        .toString('latin1', at + 4, end)
        .split(',')
        .slice(0, 200),
    )
    at = end
  }
  const [kex = [], hostKey = [], cipherOut = [], cipherIn = [], macOut = [], macIn = []] = names
  return { kex, hostKey, cipherIn, cipherOut, macIn, macOut }
}

/** The first list in which there is nothing that both can; undefined: they will agree. */
export function disagreementOf(theirs: ServerLists, ours: AlgorithmLists): Disagreement | undefined {
  const pairs: ReadonlyArray<readonly [Disagreement['list'], readonly string[], readonly string[]]> = [
    ['kex', ours.kex, theirs.kex],
    ['host key', ours.serverHostKey, theirs.hostKey],
    ['cipher', ours.cipher, theirs.cipherOut],
    ['cipher', ours.cipher, theirs.cipherIn],
    ...macsOf(ours, theirs.cipherOut, theirs.macOut),
    ...macsOf(ours, theirs.cipherIn, theirs.macIn),
  ]
  const found = pairs.find(([, own, offered]) => !own.some((name) => offered.includes(name)))
  return found && { list: found[0], ours: found[1], offered: found[2] }
}

/** Ciphers that authenticate need no MAC. */
function macsOf(
  ours: AlgorithmLists,
  ciphers: readonly string[],
  macs: readonly string[],
): ReadonlyArray<readonly ['mac', readonly string[], readonly string[]]> {
  const cipher = ours.cipher.find((name) => ciphers.includes(name))
  return cipher === undefined || /gcm|poly1305/.test(cipher) ? [] : [['mac', ours.hmac, macs]]
}

/** The strictest preset with which a server and we agree. */
export const presetFor = (theirs: ServerLists): AlgorithmPreset | undefined =>
  (['modern', 'compatible', 'legacy'] as const).find(
    (preset) => disagreementOf(theirs, ALL_LISTS[preset]) === undefined,
  )
