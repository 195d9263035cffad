/** A quiet session's second fits in the small one; under load a block is written when it is full. */
export const SMALL_BLOCK = 16 * 1024
export const LARGE_BLOCK = 256 * 1024

const KEPT = { [SMALL_BLOCK]: 256, [LARGE_BLOCK]: 32 }

type BlockSize = typeof SMALL_BLOCK | typeof LARGE_BLOCK

/** Buffers for all recorders of a process, so that an idle session holds none. What is given back is used again. */
export class BlockPool {
  readonly #free = { [SMALL_BLOCK]: [] as Buffer[], [LARGE_BLOCK]: [] as Buffer[] }

  take(size: BlockSize): Buffer {
    return this.#free[size].pop() ?? Buffer.allocUnsafeSlow(size)
  }

  give(block: Buffer): void {
    const size = block.length === LARGE_BLOCK ? LARGE_BLOCK : SMALL_BLOCK
    if (this.#free[size].length < KEPT[size]) this.#free[size].push(block)
  }
}
