/** Lines a person has entered, oldest first; a bound, no blanks, nothing twice in a row. */
export class History {
  readonly #most: number
  #lines: readonly string[] = []

  constructor(most = 200) {
    this.#most = most
  }

  get lines(): readonly string[] {
    return this.#lines
  }

  add(line: string): void {
    if (line.trim() === '' || line === this.#lines.at(-1)) return
    this.#lines = [...this.#lines, line].slice(-this.#most)
  }
}
