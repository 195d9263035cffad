import type { Size } from '../terminal/terminal.ts'

/** The two ways on from a stage. They may be used at any time while the session runs; afterwards they do nothing. */
export interface StageOutlets {
  /** On towards the program. `unrecorded`: straight there, past other stages and the record, which has it otherwise. */
  toProgram(bytes: Buffer, how?: 'unrecorded'): void
  /** On towards the person, through the recorder. `unrecorded`: past it, for what is on record in another way. */
  toPerson(bytes: Buffer, how?: 'unrecorded'): void
  /** Ends the pause of the source that this stage asked for by answering `false`. */
  more(): void
}

/**
 * Something that sits between a person and a program: it sees every byte of both directions before it goes on, and
 * hands on what it likes, when it likes, in whatever order it likes. No call waits or throws.
 */
export interface Stage extends Disposable {
  /** A packet of keys. `false`: no more for now, until `more()`. What it is handed meanwhile it must take. */
  keys(bytes: Buffer): boolean
  /** A chunk of output, as `keys`. */
  output(bytes: Buffer): boolean
  resize?(size: Size): void
  /** The person sends no more. Resolves when all held keys have gone on: then the program is told. */
  keysEnded?(): Promise<void>
  /** The program sends no more: what is held is to be handed on now. */
  outputEnded?(): void
}

/** Makes a session's stage. */
export type StageMaker = (outlets: StageOutlets) => Stage

export interface ChainEnds {
  toProgram(bytes: Buffer, how?: 'unrecorded'): void
  toPerson(bytes: Buffer, how?: 'unrecorded'): void
  /** A source that was paused may go on. */
  more(): void
}

type Way = 'keys' | 'output'

/** The stages of one session, the one nearest to the person first. */
export class StageChain implements Disposable {
  readonly #stages: Stage[] = []
  /** Which stages have asked for a pause of which source. */
  readonly #holding: Readonly<Record<Way, Set<number>>> = { keys: new Set(), output: new Set() }
  readonly #ends: ChainEnds
  #over = false

  constructor(makers: readonly StageMaker[], ends: ChainEnds) {
    this.#ends = ends
    for (const [index, make] of makers.entries()) this.#stages.push(make(this.#outlets(index)))
  }

  keys(bytes: Buffer): void {
    this.#keys(0, bytes)
  }

  output(bytes: Buffer): void {
    this.#output(this.#stages.length - 1, bytes)
  }

  /** Whether no stage asks for a pause of this source. */
  open(way: Way): boolean {
    return this.#holding[way].size === 0
  }

  resize(size: Size): void {
    for (const stage of this.#stages) stage.resize?.(size)
  }

  /** Resolves when every stage has handed on the keys it held. */
  async keysEnded(): Promise<void> {
    for (const stage of this.#stages) await stage.keysEnded?.()
  }

  outputEnded(): void {
    for (const stage of this.#stages.toReversed()) stage.outputEnded?.()
  }

  [Symbol.dispose](): void {
    this.#over = true
    for (const stage of this.#stages) stage[Symbol.dispose]()
  }

  #outlets(index: number): StageOutlets {
    return {
      toProgram: (bytes, how) => {
        if (how === 'unrecorded') this.#send(bytes, how)
        else this.#keys(index + 1, bytes)
      },
      toPerson: (bytes, how) => {
        if (how === 'unrecorded') this.#show(bytes, how)
        else this.#output(index - 1, bytes)
      },
      more: () => {
        for (const stages of Object.values(this.#holding)) stages.delete(index)
        if (!this.#over) this.#ends.more()
      },
    }
  }

  #keys(index: number, bytes: Buffer): void {
    if (this.#over || bytes.length === 0) return
    const stage = this.#stages[index]
    if (!stage) this.#send(bytes)
    else if (!stage.keys(bytes)) this.#holding.keys.add(index)
  }

  #output(index: number, bytes: Buffer): void {
    if (this.#over || bytes.length === 0) return
    const stage = this.#stages[index]
    if (!stage) this.#show(bytes)
    else if (!stage.output(bytes)) this.#holding.output.add(index)
  }

  #send(bytes: Buffer, how?: 'unrecorded'): void {
    if (!this.#over && bytes.length > 0) this.#ends.toProgram(bytes, how)
  }

  #show(bytes: Buffer, how?: 'unrecorded'): void {
    if (!this.#over && bytes.length > 0) this.#ends.toPerson(bytes, how)
  }
}
