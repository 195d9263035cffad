import type { Unit } from '../terminal/zmodem-frames.ts'

/** A line's end, and what follows it in a header; or nothing at all. */
const LINE_END = /^$|[\r\n][\n\x8a]?\x11?$/

/**
 * What may stand on the line of whatever reads the person's side of a transfer: a program that only prints marks leaves
 * a shell there, for which the line end of a header is one.
 */
export class ZmodemLine {
  /** The end of the keys that reached the program. */
  #typed = ''
  /** Frames without a line end did, and the program has not answered by one. */
  #said = false

  /** Keys have reached the program, judged or with nobody to judge them. */
  reached(bytes: Buffer): void {
    this.#typed = (this.#typed + bytes.subarray(-3).toString('latin1')).slice(-3)
  }

  /** The program has sent a frame that belongs to the transfer. */
  answered(): void {
    this.#said = false
  }

  /** Whether a frame of the person may go on unjudged. It neither ends a line nor overtakes what is being judged. */
  lets(frame: Unit): boolean {
    const endsLine = frame.kind === 'header' && frame.hex
    if (!LINE_END.test(this.#typed) || (endsLine && this.#said)) return false
    this.#said = !endsLine
    return true
  }
}
