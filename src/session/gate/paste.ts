import type { EditedLine } from '../../audit/command-detector.ts'

/** Of one line; a longer one is refused by the rules, whatever follows. */
const MOST_BYTES = 4 * 65_537

/** What came between the brackets of a paste, as far as the keys tell. */
export class Paste {
  #before: string
  #pieces: Buffer[] = []
  #bytes = 0
  #sure: boolean

  /** `line`: what it is pasted on. */
  constructor(line: EditedLine | undefined) {
    this.#before = line?.typed ?? ''
    this.#sure = line?.sure === true
  }

  add(bytes: Buffer): void {
    if (this.#bytes > MOST_BYTES) return
    this.#bytes += bytes.length
    this.#pieces.push(Buffer.from(bytes))
  }

  /**
   * The line that ends here. `plain`: it reads the same for a shell that knows no brackets, because nothing in it edits
   * a line and what it was put on was known.
   */
  cut(): { readonly text: string; readonly plain: boolean } {
    const pasted = Buffer.concat(this.#pieces).toString()
    const found = { text: this.#before + pasted, plain: this.#sure && PLAIN.test(pasted) }
    this.#before = ''
    this.#pieces = []
    this.#bytes = 0
    return found
  }
}

/** Indentation, and nothing that is a key. */
const PLAIN = /^\t*[^\p{Cc}]*$/u
