import { createHash } from 'node:crypto'
import { appendFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissingFile } from '../base/system-error.ts'
import type { SessionEnd } from './audit.ts'
import { COMMANDS_HEAD, encodeCommand, readCommands } from './command-log.ts'
import { decodeMark, encodeMark } from './command-mark.ts'
import { ExecCommand } from './exec-command.ts'
import { encodeFrame, FRAME, type Frame, HASH_BYTES, hashHeader } from './frames.ts'
import { decodeEnd, encodeEnd, type ReplayEnd } from './replay-end.ts'
import { encodeHead, ReplayFile } from './replay-file.ts'
import { readSession, type SessionState, writeSession } from './session-file.ts'
import { decodeTransferMark, encodeTransferMark, transferLines } from './transfer-log.ts'

/**
 * Finishes a session whose recorder is gone: takes off a torn frame, adds the command of an exec and the marks that
 * are missing, an end (`known`, or `cut` at the last frame's time) and the hash, and writes the end to session.json.
 * May itself be killed at any point and done again. A replay that is damaged in the middle is left as it is. Resolves
 * with the session's state; throws AuditError and system errors.
 */
export async function sealCut(directory: string, known?: SessionEnd): Promise<SessionState> {
  const state = await readSession(directory)
  if (state.end) return state
  const path = join(directory, 'replay.log')
  const exec =
    state.kind === 'exec' ? new ExecCommand(state.command ?? '', state.record.dateStart) : undefined
  const found = await examine(path, (bytes) => exec?.output(bytes))
  const commands = await mendCommands(directory, exec)
  const end = found.end ?? (known ? { ...known, cut: true } : cutEnd(state, found.last))
  const sealed = found.damaged
    ? found
    : await finish(path, found, {
        state,
        end,
        marks: [...commands.slice(found.marks), ...(await transferMarks(directory, found.transfers))],
      })
  const ended: SessionState = {
    ...state,
    end: { ...end, bytes: sealed.bytes, hash: sealed.hash.toString('hex'), commands: commands.length },
  }
  await writeSession(directory, ended)
  return ended
}

/** What a reading of an unfinished replay found. */
interface Found {
  /** Up to the end of the last whole frame. */
  bytes: number
  damaged: boolean
  /** The last link of the chain. */
  hash: Buffer
  /** Hash of that link and of what follows it. */
  chain: ReturnType<typeof createHash>
  /** Bytes that follow it. */
  unsealed: number
  /** µs; when something of the session was last recorded. */
  last: number
  /** Of commands. */
  marks: number
  /** Marks of operations on files. */
  transfers: number
  end: ReplayEnd | undefined
}

async function examine(path: string, onOutput: (bytes: Buffer) => void): Promise<Found> {
  const file = new ReplayFile(path)
  const found: Found = {
    ...atLink(Buffer.alloc(HASH_BYTES)),
    bytes: 0,
    damaged: false,
    last: 0,
    marks: 0,
    transfers: 0,
    end: undefined,
  }
  try {
    for await (const frame of file.all()) {
      note(found, frame)
      if (frame.kind === FRAME.output) onOutput(frame.payload)
    }
  } catch (error) {
    if (!isMissingFile(error)) throw error
    return found
  }
  return { ...found, bytes: file.tail.bytes, damaged: file.tail.kind === 'damaged' }
}

function note(found: Found, { kind, time, payload, raw }: Frame): void {
  if (kind === FRAME.hash) {
    Object.assign(found, atLink(Buffer.from(payload)))
    return
  }
  found.chain.update(raw)
  found.unsealed += raw.length
  found.last = Math.max(found.last, time)
  if (kind === FRAME.mark && decodeMark(payload)) found.marks += 1
  if (kind === FRAME.mark && decodeTransferMark(payload)) found.transfers += 1
  if (kind === FRAME.end) found.end = decodeEnd(payload)
}

function atLink(hash: Buffer): Pick<Found, 'hash' | 'chain' | 'unsealed'> {
  return { hash, chain: createHash('sha256').update(hash), unsealed: 0 }
}

/** Writes what is missing behind the last whole frame. */
async function finish(
  path: string,
  found: Found,
  missing: { state: SessionState; end: ReplayEnd; marks: readonly Buffer[] },
): Promise<{ bytes: number; hash: Buffer }> {
  const frames: Buffer[] = []
  const add = (kind: Frame['kind'], payload: Buffer): number =>
    frames.push(encodeFrame(kind, found.last, payload))
  const { record, size } = missing.state
  if (found.bytes === 0)
    add(FRAME.head, encodeHead({ session: record.id, startedAt: record.dateStart, size }))
  if (!found.end) {
    for (const mark of missing.marks) add(FRAME.mark, mark)
    add(FRAME.end, encodeEnd(missing.end))
  }
  const block = Buffer.concat(frames)
  if (found.unsealed + block.length === 0) return found
  const header = hashHeader(found.last)
  const hash = found.chain.update(block).update(header).digest()
  const rest = Buffer.concat([block, header, hash])
  if (found.bytes > 0) await truncate(path, found.bytes)
  await appendFile(path, rest, { mode: 0o600, flag: found.bytes > 0 ? 'a' : 'w' })
  return { bytes: found.bytes + rest.length, hash }
}

const cutEnd = ({ record }: SessionState, last: number): ReplayEnd => ({
  reason: 'cut',
  exit: { kind: 'none' },
  at: record.dateStart + Math.round(last / 1000),
  cut: true,
})

/** The marks of operations behind the first `known` ones. */
async function transferMarks(directory: string, known: number): Promise<readonly Buffer[]> {
  const marks: Buffer[] = []
  let at = 0
  for await (const line of transferLines(join(directory, 'transfers.ndjson'))) {
    at += 1
    if (at > known) marks.push(encodeTransferMark(at, line))
  }
  return marks
}

/** Takes off a torn line and adds an exec's command; resolves with the marks of all commands. */
async function mendCommands(directory: string, exec: ExecCommand | undefined): Promise<readonly Buffer[]> {
  const path = join(directory, 'commands.ndjson')
  const marks: Buffer[] = []
  let whole = 0
  for await (const { line, next } of readCommands(path)) {
    marks.push(encodeMark(marks.length + 1, line))
    whole = next
  }
  const record = marks.length === 0 ? exec?.record() : undefined
  if (whole > 0) await truncate(path, whole)
  if (!record) return marks
  const line = encodeCommand(record)
  await appendFile(path, Buffer.concat([Buffer.from(COMMANDS_HEAD), line]), { mode: 0o600, flag: 'w' })
  return [encodeMark(1, line.subarray(0, -1))]
}
