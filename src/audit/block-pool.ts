/** A quiet session's second fits in the small one; under load a block is written when it is full. */
export const SMALL_BLOCK = 16 * 1024
export const LARGE_BLOCK = 256 * 1024

/** Spare buffers kept: 4 MiB of the small, 8 MiB of the large ones. */
const SMALL_SPARE = 256
const LARGE_SPARE = 32

/** Buffers for all recorders of a process, so that an idle session holds none. What is given back is used again. */
export class BlockPool {
  readonly #small: Buffer[] = []
  readonly #large: Buffer[] = []

  take(size: typeof SMALL_BLOCK | typeof LARGE_BLOCK): Buffer {
    const spare = size === SMALL_BLOCK ? this.#small : this.#large
    return spare.pop() ?? Buffer.allocUnsafeSlow(size)
  }

  give(block: Buffer): void {
    if (block.length === SMALL_BLOCK && this.#small.length < SMALL_SPARE) this.#small.push(block)
    if (block.length === LARGE_BLOCK && this.#large.length < LARGE_SPARE) this.#large.push(block)
  }
}
