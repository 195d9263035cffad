/** Ctrl-], as telnet(1) has it: the key after it is not for the program. */
const OWN_KEY = 0x1d
const CTRL_C = 3
const CHAR_Q = 0x71

/** Keys for the program, or one key for whoever looks on. */
export type GuestKey = { readonly keys: Buffer } | { readonly own: string }

/**
 * Tells the keys of a guest in a session apart. With `types` only what follows Ctrl-] is the guest's own (twice: the
 * key itself); else every key is, and Ctrl-C is `q`.
 */
export class OwnKeys {
  readonly #types: boolean
  #escaped = false

  constructor(types: boolean) {
    this.#types = types
  }

  *split(bytes: Buffer): Generator<GuestKey> {
    if (!this.#types) {
      for (const byte of bytes)
        yield { own: String.fromCharCode(byte === CTRL_C ? CHAR_Q : byte).toLowerCase() }
      return
    }
    let rest = bytes
    while (rest.length > 0) {
      if (this.#escaped) {
        this.#escaped = false
        yield rest[0] === OWN_KEY
          ? { keys: rest.subarray(0, 1) }
          : { own: String.fromCharCode(rest[0] ?? 0).toLowerCase() }
        rest = rest.subarray(1)
        continue
      }
      const at = rest.indexOf(OWN_KEY)
      if (at !== 0) yield { keys: at < 0 ? rest : rest.subarray(0, at) }
      if (at < 0) return
      this.#escaped = true
      rest = rest.subarray(at + 1)
    }
  }
}
