import { createReadStream } from 'node:fs'
import { isMissingFile } from '../base/system-error.ts'
import { damaged } from './audit-error.ts'

const MOST_LINE = 512 * 1024

export interface Line {
  /** Its bytes without the line end. */
  readonly line: Buffer
  /** Where the line behind it begins. */
  readonly next: number
  /** It is the first of the file. */
  readonly first: boolean
}

/**
 * The whole lines of a file from `start` (a `next` of before, or 0), in constant memory; the rest of a cut one is left
 * out. No file means no lines. Throws `AUDIT_DAMAGED` for a line that does not end.
 */
export async function* readLines(path: string, start: number): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0)
  let at = start
  try {
    for await (const chunk of createReadStream(path, { start, highWaterMark: 64 * 1024 })) {
      if (!Buffer.isBuffer(chunk)) continue
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
        const first = at === 0
        at += end + 1
        yield { line: rest.subarray(0, end), next: at, first }
        rest = rest.subarray(end + 1)
      }
      if (rest.length > MOST_LINE) throw damaged(path, `a line at byte ${at} does not end`)
    }
  } catch (error) {
    if (!isMissingFile(error)) throw error
  }
}

/** Undefined for what is no JSON. */
export const parseLine = (line: Buffer): unknown => {
  try {
    return JSON.parse(line.toString())
  } catch {
    return undefined
  }
}
