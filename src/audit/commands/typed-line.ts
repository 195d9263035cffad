import type { Key } from './keys.ts'

/** Longer lines are read from the screen, or not at all. */
const MOST_CHARACTERS = 65_536

const LEFT = new Set(['\x1b[D', '\x1bOD', '\x02'])
const RIGHT = new Set(['\x1b[C', '\x1bOC', '\x06'])
const HOME = new Set(['\x1b[H', '\x1bOH', '\x1b[1~', '\x1b[7~', '\x01'])
const END = new Set(['\x1b[F', '\x1bOF', '\x1b[4~', '\x1b[8~', '\x05'])
const REDRAW = '\x0c'

/** What the line would be by the keys alone, as long as only keys were pressed whose effect is known. */
export class TypedLine {
  #characters: string[] = []
  #cursor = 0
  #cut: readonly string[] = []
  #sure = true
  #moved = false
  #literal = false
  #touched = false
  #pasted = false

  get text(): string {
    return this.#characters.join('')
  }
  /** Nothing was pressed that could have put anything on the line. */
  get untouched(): boolean {
    return !this.#touched
  }
  /** A cooked terminal knows no cursor keys: there `sure` asks that none was used. */
  sureIn(editor: boolean): boolean {
    return this.#sure && (editor || !this.#moved)
  }
  get pasted(): boolean {
    return this.#pasted
  }
  /** The key before said that the next one is taken as it is (^V). */
  get literal(): boolean {
    return this.#literal
  }

  /** Something was typed that could not be followed. */
  doubt(): void {
    this.#sure = false
    this.#touched = true
  }

  paste(text: string): void {
    this.#pasted = true
    this.#insert(text)
  }

  apply(key: Key): void {
    if (key.kind === 'paste') return
    if (key.kind !== 'control' || key.text !== REDRAW) this.#touched = true
    if (this.#literal) {
      this.#literal = false
      this.#sure = false
    } else if (key.kind === 'text') this.#insert(key.text)
    else if (!this.#move(key.text) && !this.#erase(key.text)) this.#unknown(key.text)
  }

  #insert(text: string): void {
    this.#touched = true
    const added = [...text]
    if (this.#characters.length + added.length > MOST_CHARACTERS) {
      this.#sure = false
      return
    }
    if (this.#cursor === this.#characters.length) for (const one of added) this.#characters.push(one)
    else this.#characters = this.#characters.toSpliced(this.#cursor, 0, ...added)
    this.#cursor += added.length
  }

  #move(key: string): boolean {
    const end = this.#characters.length
    if (LEFT.has(key)) this.#cursor = Math.max(0, this.#cursor - 1)
    else if (HOME.has(key)) this.#cursor = 0
    else if (END.has(key)) this.#cursor = end
    else if (RIGHT.has(key) && this.#cursor < end) this.#cursor++
    else return false
    this.#moved = true
    return true
  }

  #erase(key: string): boolean {
    const [from, to] = this.#erased(key)
    if (from === undefined || to === undefined) return false
    const removed = this.#characters.splice(from, to - from)
    if (!'\b\x7f\x04\x1b[3~'.includes(key)) this.#cut = removed
    this.#cursor = from
    return true
  }

  #erased(key: string): [from?: number, to?: number] {
    const [cursor, end] = [this.#cursor, this.#characters.length]
    switch (key) {
      case '\b':
      case '\x7f':
        return [Math.max(0, cursor - 1), cursor]
      case '\x04':
      case '\x1b[3~':
        return [cursor, Math.min(end, cursor + 1)]
      case '\x0b':
        return [cursor, end]
      case '\x15':
        // In the middle of a line bash removes what is before the cursor, zsh all of it.
        return cursor === end ? [0, end] : []
      case '\x17':
        return this.#wordBefore()
      default:
        return []
    }
  }

  /** What ^W takes; only where all shells agree on what a word is. */
  #wordBefore(): [from?: number, to?: number] {
    const before = this.#characters.slice(0, this.#cursor).join('')
    const word = /(?:^|\s)([A-Za-z0-9_]*\s*)$/.exec(before)?.[1]
    return word === undefined ? [] : [this.#cursor - word.length, this.#cursor]
  }

  #unknown(key: string): void {
    if (key === REDRAW || key === '\x00') return
    if (key === '\x19') this.#insert(this.#cut.join(''))
    else this.#sure = false
    this.#literal = key === '\x16'
  }
}
