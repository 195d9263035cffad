import { Transform } from 'node:stream'
import { escapeControls } from '../../base/escape.ts'

/** Bytes that both programs may say beside the files, in one run. */
const MOST = 64 * 1024

/**
 * What scp says beside the files: complaints, directories, times. It goes on record before it passes, and what no
 * longer goes on record does not pass, so that the protocol carries nothing unseen.
 */
export class Notes {
  readonly #record: (line: string) => void
  #left = MOST

  /** `record` takes a line for the replay. */
  constructor(record: (line: string) => void) {
    this.#record = record
  }

  /** False: it is not to be passed on. */
  take(bytes: Buffer): boolean {
    this.#left -= bytes.length
    if (this.#left < 0) return false
    for (const line of bytes.toString().split('\n')) if (line !== '') this.#record(escapeControls(line))
    return true
  }

  /** The error stream of the asset's scp, on record. What is too much is dropped. */
  stream(): Transform {
    return new Transform({
      transform: (bytes: Buffer, _encoding, done) => (this.take(bytes) ? done(null, bytes) : done()),
    })
  }
}
