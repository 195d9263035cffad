interface Chunk {
  readonly at: number
  readonly bytes: Buffer
}

/** What was sent to a browser and not acknowledged yet, by its place in the stream of bytes: to be sent again. */
export class SentWindow {
  #chunks: Chunk[] = []
  #start = 0
  #end = 0

  /** Bytes that wait for an acknowledgement. */
  get pending(): number {
    return this.#end - this.#start
  }

  get end(): number {
    return this.#end
  }

  /** False: the browser has this already, from the screen it was given. */
  append(at: number, bytes: Buffer): boolean {
    if (at + bytes.length <= this.#start) return false
    this.#chunks.push({ at, bytes })
    this.#end = at + bytes.length
    return true
  }

  /** The browser has drawn everything before `position`. What it cannot have is ignored. */
  acknowledge(position: number): void {
    if (position <= this.#start || position > this.#end) return
    this.#start = position
    const kept = this.#chunks.findIndex(({ at, bytes }) => at + bytes.length > position)
    this.#chunks = kept < 0 ? [] : this.#chunks.slice(kept)
  }

  /** What is to be sent to a browser that has everything before `position`; undefined: that is no longer, or not yet, here. */
  from(position: number): readonly Chunk[] | undefined {
    if (position < this.#start || position > this.#end) return undefined
    return this.#chunks
      .filter(({ at, bytes }) => at + bytes.length > position)
      .map(({ at, bytes }) =>
        at >= position ? { at, bytes } : { at: position, bytes: bytes.subarray(position - at) },
      )
  }

  /** The browser was given the whole screen as it is at `position`. */
  restart(position: number): void {
    this.#chunks = []
    this.#start = position
    this.#end = position
  }
}
