import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'

/** README.md beside this file describes the format. */
const Head = z.object({ format: z.literal('cocod-command-corpus'), version: z.literal(1) })
const HEAD: z.output<typeof Head> = { format: 'cocod-command-corpus', version: 1 }

const Ms = z.number().nonnegative()
const Event = z.union([
  z.tuple([Ms, z.enum(['o', 'i']), z.string()]),
  z.tuple([Ms, z.literal('r'), z.number().int().positive(), z.number().int().positive()]),
])
const Session = z.object({
  name: z.string(),
  size: z.object({ columns: z.number().int().positive(), rows: z.number().int().positive() }),
  events: z.array(Event),
  /** What the shells themselves say they ran, in order. */
  truth: z.array(z.string()),
  /** False: the shell's own list leaves out a line that is the same as the one before. */
  repeats: z.boolean().optional(),
  /** What was typed where nothing was echoed. */
  secrets: z.array(z.string()),
})

/**
 * What happened, in order: ms since the event before, and what the program printed (`o`), what the person's terminal
 * sent (`i`), each character a byte, or the new columns and rows (`r`).
 */
export type CorpusEvent = z.output<typeof Event>
export type CorpusSession = z.output<typeof Session>

/** All sessions of the `*.ndjson.gz` and `*.ndjson` in a directory, in the order of their files. */
export async function* readCorpus(directory: string): AsyncGenerator<CorpusSession> {
  for (const name of (await readdir(directory)).sort()) {
    if (!/\.ndjson(\.gz)?$/.test(name)) continue
    const bytes = await readFile(join(directory, name))
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    const [head = '', ...lines] = text.split('\n')
    Head.parse(JSON.parse(head))
    for (const line of lines) if (line !== '') yield Session.parse(JSON.parse(line))
  }
}

export async function writeCorpus(path: string, sessions: readonly CorpusSession[]): Promise<void> {
  const lines = [HEAD, ...sessions].map((each) => `${JSON.stringify(each)}\n`)
  await writeFile(path, gzipSync(lines.join(''), { level: 9 }))
}
