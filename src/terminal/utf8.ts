/**
 * UTF-8 one byte at a time (RFC 3629): gives a code point with its last byte. Wrong bytes, overlong forms and
 * surrogates give nothing, and a byte that begins something new is never lost to a sequence that was cut.
 */
export class Utf8Decoder {
  #left = 0
  #code = 0
  #least = 0

  push(byte: number): string | undefined {
    if (byte >= 0x80 && byte < 0xc0) return this.#continue(byte)
    this.reset()
    if (byte < 0x80) return String.fromCharCode(byte)
    if (byte >= 0xc2 && byte < 0xe0) this.#begin(byte & 0x1f, 1, 0x80)
    else if (byte >= 0xe0 && byte < 0xf0) this.#begin(byte & 0x0f, 2, 0x800)
    else if (byte >= 0xf0 && byte < 0xf5) this.#begin(byte & 0x07, 3, 0x10000)
    return undefined
  }

  /** Forgets a code point that was begun. */
  reset(): void {
    this.#left = 0
  }

  #begin(bits: number, left: number, least: number): void {
    this.#code = bits
    this.#left = left
    this.#least = least
  }

  #continue(byte: number): string | undefined {
    if (this.#left === 0) return undefined
    this.#code = (this.#code << 6) | (byte & 0x3f)
    this.#left--
    if (this.#left > 0) return undefined
    const code = this.#code
    const surrogate = code >= 0xd800 && code <= 0xdfff
    return code < this.#least || surrogate || code > 0x10ffff ? undefined : String.fromCodePoint(code)
  }
}
