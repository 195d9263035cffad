import type { Readable, Writable } from 'node:stream'
import type { AssetChannel } from '../../asset/connection.ts'
import type { Clock } from '../../base/clock.ts'
import { reasonOf } from '../../base/fault.ts'
import { RuleSet } from '../../policy/rules/rule-set.ts'
import { SlowSearch } from '../../policy/rules/slow-search.ts'
import type { Exit } from '../../terminal/terminal.ts'
import { type BytePath, pathFromText } from '../byte-path.ts'
import { notGranted } from '../demand.ts'
import type { FileSession } from '../file-session.ts'
import { FilesError } from '../files-error.ts'
import { endedFault } from '../mount.ts'
import type { Operation, OperationLog } from '../operation-log.ts'
import { isDirectory } from '../sftp/attributes.ts'
import { SftpClient } from '../sftp/client.ts'
import { PacketLink } from '../sftp/packet-link.ts'
import type { ScpCommand } from './command.ts'
import { Notes } from './notes.ts'
import { ScpRelay } from './relay.ts'

export interface ScpParts {
  readonly session: FileSession
  /** As typed: this is what runs there. */
  readonly command: string
  readonly scp: ScpCommand
  readonly ends: {
    readonly input: Readable
    readonly output: Writable
    readonly errors: Writable
    readonly gone: AbortSignal
  }
  /** What the person is told of an error. */
  readonly say: (error: unknown) => string
  readonly operations: OperationLog
  readonly clock: Clock
}

/**
 * One run of the old scp protocol: the asset's own scp at the other end, each file and directory judged and on record
 * here. Throws the Fault that ended it.
 */
export async function runScp(parts: ScpParts): Promise<Exit> {
  const { session, command, ends } = parts
  await admit(parts)
  const directory = parts.scp.directory || (await isDirectoryThere(session, parts.scp.path))
  using _hold = session.hold()
  const channel = await session.connection.exec(command, undefined)
  const stop = (): void => channel.close()
  const both = AbortSignal.any([ends.gone, session.ended])
  both.addEventListener('abort', stop, { once: true })
  try {
    const notes = new Notes((line) => session.recording.output(Buffer.from(`scp: ${line}\r\n`)))
    channel.errors.pipe(notes.stream()).pipe(ends.errors, { end: false })
    const way = relay(parts, { channel, notes, directory })
    void channel.closed.then(() => way.stop())
    try {
      await way.run()
    } finally {
      channel.input.end()
      way.stop()
    }
    const exit = await channel.closed
    if (session.ending && !ends.gone.aborted) throw endedFault(session.target, session.ending)
    return exit.kind === 'none' ? { kind: 'status', code: 255 } : exit
  } finally {
    both.removeEventListener('abort', stop)
    channel.close()
  }
}

/** Nothing runs on the asset without the right: the program there would be a pipe of its own. */
async function admit({ session, command, scp, operations, clock }: ScpParts): Promise<void> {
  const [action] = wordsOf(scp)
  const path = pathFromText(scp.path)
  const began = clock.monotonic()
  try {
    await judge(session, command, clock)
    const { target, account, grants } = session
    if (!(await grants.demand(action))) throw notGranted(action, { target, account, path })
  } catch (error) {
    operations.add(session.target, refusedScp(scp, error, began), session)
    throw error
  }
}

/** The record of a run that did not come to its first file. */
export const refusedScp = (scp: ScpCommand, error: unknown, began: number): Operation => {
  const [, operate] = wordsOf(scp)
  return { operate, path: pathFromText(scp.path), success: false, reason: reasonOf(error), began }
}

const wordsOf = ({ direction }: ScpCommand) =>
  direction === 'upload' ? (['upload_file', 'Upload'] as const) : (['download_file', 'Download'] as const)

interface Way {
  readonly channel: AssetChannel
  readonly notes: Notes
  readonly directory: boolean
}

function relay(parts: ScpParts, { channel, notes, directory }: Way): ScpRelay {
  const { session, scp, ends, say, operations, clock } = parts
  const person = { from: ends.input, to: ends.output }
  const asset = { from: channel.output, to: channel.input }
  const upload = scp.direction === 'upload'
  const [action, operate] = wordsOf(scp)
  return new ScpRelay({
    source: upload ? person : asset,
    sink: upload ? asset : person,
    operate,
    path: pathFromText(scp.path),
    directory,
    refusal: async (path: BytePath) => {
      session.touch()
      const { target, account, grants } = session
      try {
        if (await grants.demand(action)) return undefined
        return say(notGranted(action, { target, account, path }))
      } catch (error) {
        return say(error) // core does not answer: that is no yes
      }
    },
    insist: (path: BytePath) => {
      session.touch()
      const { target, account, grants } = session
      if (!grants.has(action)) throw notGranted(action, { target, account, path })
    },
    notes,
    record: (operation) => operations.add(session.target, operation, session),
    clock,
  })
}

/** scp is a command: the rules for commands are asked too. */
async function judge({ rules, target }: FileSession, command: string, clock: Clock): Promise<void> {
  if (rules.length === 0) return
  using slow = new SlowSearch({ clock })
  const verdict = await new RuleSet(rules, slow).judge(command)
  if (verdict.kind === 'allowed') return
  throw new FilesError('FILES_RULE', {
    step: 'judge command',
    message: `a command rule of ${target.systemUser.name} denies ${command}`,
    next: 'use sftp, or scp without -O, or change the command filter',
    facts: { asset: target.asset.hostname, command },
  })
}

/** Whether names go below the path; where the asset cannot be asked, they are taken not to. */
async function isDirectoryThere({ connection, ended }: FileSession, path: string): Promise<boolean> {
  try {
    const channel = await connection.subsystem('sftp')
    channel.errors.resume()
    const { input, output } = channel
    const link = await PacketLink.open({ input, output, close: () => channel.close() }, ended)
    try {
      const plain = path.replace(/^~\//, '').replace(/^~$/, '.')
      return isDirectory(await new SftpClient(link).stat(pathFromText(plain)))
    } finally {
      link.close()
    }
  } catch {
    return false
  }
}
