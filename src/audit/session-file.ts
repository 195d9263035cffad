import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../base/atomic-file.ts'
import type { SessionFacts } from './audit.ts'
import { damaged, newerFormat } from './audit-error.ts'

export const SESSION_VERSION = 1

export const Exit = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), code: z.number() }),
  z.object({ kind: z.literal('signal'), name: z.string(), coreDumped: z.boolean() }),
  z.object({ kind: z.literal('none') }),
])

const Record = z.object({
  id: z.string(),
  user: z.string(),
  asset: z.string(),
  systemUser: z.string(),
  orgId: z.string(),
  loginFrom: z.enum(['ST', 'WT']),
  remoteAddr: z.string(),
  dateStart: z.number(),
})

const Pty = z.object({ term: z.string(), modes: z.record(z.string(), z.number()) })

const SessionFile = z.object({
  format: z.literal('cocod-session'),
  version: z.number().int(),
  record: Record,
  kind: z.enum(['shell', 'exec', 'files']),
  command: z.string().optional(),
  pty: Pty.optional(),
  size: z.object({ columns: z.number(), rows: z.number() }),
  /** Core knows of the session, or may: it is to be finished and delivered there. */
  known: z.boolean(),
  /** Absent while the session runs, and after a crash until recovery. */
  end: z
    .object({
      reason: z.string(),
      /** Who ended it and why. */
      detail: z.string().optional(),
      exit: Exit,
      /** ms since the epoch. */
      at: z.number(),
      /** The recording stopped with the daemon, not with the session. */
      cut: z.boolean(),
      /** Of the replay: bytes, and the last link of the hash chain in hex. */
      bytes: z.number(),
      hash: z.string(),
      commands: z.number(),
    })
    .optional(),
})

/** What `session.json` holds. */
export type SessionState = Omit<z.output<typeof SessionFile>, 'format' | 'version'>
export type SealedEnd = NonNullable<SessionState['end']>

/** Of a session that begins. */
export function initialState({ record, kind, command, pty, size }: SessionFacts): SessionState {
  return { record, kind, command, pty: pty && { ...pty, modes: { ...pty.modes } }, size, known: false }
}

const Version = z.object({ version: z.number().int() })

const pathIn = (directory: string): string => join(directory, 'session.json')

export const writeSession = (directory: string, state: SessionState): Promise<void> =>
  writeFileAtomic(
    pathIn(directory),
    `${JSON.stringify({ format: 'cocod-session', version: SESSION_VERSION, ...state }, null, 2)}\n`,
  )

/** Throws AuditError `AUDIT_NEWER` or `AUDIT_DAMAGED`, and ENOENT as it is. */
export async function readSession(directory: string): Promise<SessionState> {
  const path = pathIn(directory)
  const {
    format: _,
    version: __,
    ...state
  } = parseVersioned({
    path,
    text: await readFile(path, 'utf8'),
    schema: SessionFile,
    known: SESSION_VERSION,
  })
  return state
}

/** Parses a small JSON file of the spool that carries its version. */
export function parseVersioned<S extends z.ZodType>(file: {
  path: string
  text: string
  schema: S
  known: number
}): z.output<S> {
  const body = parse(file.path, file.text)
  const version = Version.safeParse(body)
  if (version.success && version.data.version > file.known) {
    throw newerFormat(file.path, version.data.version, file.known)
  }
  const parsed = file.schema.safeParse(body)
  if (!parsed.success) throw damaged(file.path, 'it is not in order', parsed.error)
  return parsed.data
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw damaged(path, 'it is no JSON', cause)
  }
}
