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
 * All keys that send a line off in some shell by its own bindings: Enter and ^J everywhere; ^O in bash and zsh; ^D in a
 * cooked terminal, where it hands over what stands there; Alt-a in zsh; Alt-x and Alt-z in zsh, which run an action by
 * its name; Alt-# in readline, which takes a comment sign away and runs the rest; Enter of the keypad; Enter, ^J, ^M and
 * ^O of the protocols that tell keys apart; ^X ^E and ^X e in bash, whose editor and whose macro run what is not seen.
 */
const KEYS = [
  '[\\r\\n\\x0f\\x04]',
  '\\x1bOM',
  '\\x1b\\[(?:13|10[69]|111|57414)(?::\\d*)*(?:;[\\d:]*)*u',
  '\\x1b\\[27;\\d+;(?:13|10[69]|111)~',
  '\\x1b[aAxz#]',
  '\\x18[\\x05e]',
  '\\x1b\\[20[01]~',
]
const LONGEST = 32

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

/** What a key runs that nobody sees: what is written in an editor, or the keys of a macro. */
export function runsUnseen(key: Buffer, before: number | undefined): 'editor' | 'macro' | undefined {
  if (key.length === 1 ? before !== 0x18 : key[0] !== 0x18) return undefined
  const last = key.at(-1)
  if (last === 0x05) return 'editor'
  return last === 0x65 ? 'macro' : undefined
}

/** ^D. */
export const isEndOfFile = (key: Buffer): boolean => key.length === 1 && key[0] === 0x04

/** Alt-#. */
export const uncomments = (key: Buffer): boolean => key.at(-1) === 0x23
