/** A piece of what a person typed, byte for byte. */
export interface Token {
  /**
   * - `accept`: a key that may run the line
   * - `paste`, `pasted`: bracketed paste begins, has ended
   */
  readonly kind: 'plain' | 'accept' | 'paste' | 'pasted'
  readonly bytes: Buffer
}

/**
 * All keys that send a line off in some shell: Enter and ^J everywhere; ^O in bash and zsh; Alt-a in zsh; Enter of the
 * keypad, and of the protocols that tell keys apart; ^X ^E in bash, which opens an editor and runs what it leaves.
 */
const KEYS = [
  '[\\r\\n\\x0f]',
  '\\x1bOM',
  '\\x1b\\[(?:13(?:;\\d+)?(?::\\d+)?u|27;\\d+;13~|57414(?:;\\d+)?u)',
  '\\x1b[aA]',
  '\\x18\\x05',
  '\\x1b\\[20[01]~',
]
const LONGEST = 24

/** Cuts a stream of keys where a line may be sent off. Packets may be cut anywhere. */
export class AcceptKeys {
  readonly #pattern = new RegExp(KEYS.join('|'), 'g')
  /** The end of what came before: a key may have begun there. */
  #before = ''

  split(bytes: Buffer): Token[] {
    const text = this.#before + bytes.toString('latin1')
    const offset = this.#before.length
    const tokens: Token[] = []
    let from = 0
    const add = (kind: Token['kind'], start: number, end: number): void => {
      if (end > start) tokens.push({ kind, bytes: bytes.subarray(start, end) })
    }
    for (const found of text.matchAll(this.#pattern)) {
      const end = found.index + found[0].length - offset
      // Seen whole in the packet before.
      if (end <= 0) continue
      const start = Math.max(0, found.index - offset, from)
      add('plain', from, start)
      add(kindOf(found[0]), start, end)
      from = end
    }
    add('plain', from, bytes.length)
    this.#before = text.slice(-LONGEST)
    return tokens
  }
}

function kindOf(key: string): Token['kind'] {
  if (key === '\x1b[200~') return 'paste'
  return key === '\x1b[201~' ? 'pasted' : 'accept'
}

/** ^X ^E: what is written in the editor would run without being seen. */
export const opensEditor = (key: Buffer, before: number | undefined): boolean =>
  key.at(-1) === 5 && (key.length > 1 || before === 0x18)
