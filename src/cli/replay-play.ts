import { once } from 'node:events'
import { join } from 'node:path'
import { shortId, summarise } from '../audit/catalogue.ts'
import { FRAME } from '../audit/frames.ts'
import { Player } from '../audit/player.ts'
import { ReplayFile } from '../audit/replay-file.ts'
import type { SpooledSession } from '../audit/spool.ts'
import { systemClock } from '../base/clock.ts'
import { blankControls } from '../base/escape.ts'
import { Scope } from '../base/scope.ts'
import { type CliIo, EXIT } from './io.ts'
import { afterPlaying, playingTitle, SAVE_TITLE } from './replay-screen.ts'

export interface PlayOptions {
  readonly speed?: number
  readonly maxIdleMs?: number
}

/**
 * Plays a session on the terminal: space pauses, `+` and `-` change the speed, `q` quits. Where stdout is no terminal
 * the recorded bytes are written at once, and nothing else.
 */
export async function playReplay(session: SpooledSession, io: CliIo, options: PlayOptions): Promise<number> {
  const file = new ReplayFile(join(session.directory, 'replay.log'))
  if (io.stdout.isTTY) await playOnTerminal({ session, file, options }, io)
  else await writeAll(session, file, io)
  if (file.tail.kind === 'damaged') io.stderr.write('The recording is damaged from here on.\n')
  return EXIT.ok
}

async function writeAll(session: SpooledSession, file: ReplayFile, io: CliIo): Promise<void> {
  io.stderr.write(
    `${shortId(session.id)}: writing what was recorded, without its pauses (stdout is no terminal).\n`,
  )
  await using scope = new Scope()
  const write = writer(io, scope)
  for await (const { kind, payload } of file.frames()) if (kind === FRAME.output) await write(payload)
}

interface Playing {
  readonly session: SpooledSession
  readonly file: ReplayFile
  readonly options: PlayOptions
}

async function playOnTerminal({ session, file, options }: Playing, io: CliIo): Promise<void> {
  await using scope = new Scope()
  io.stderr.write(await opening(session, io))
  const player = new Player({
    clock: keepAlive(scope),
    write: writer(io, scope, () => player.stop()),
    ...options,
  })
  const { id } = session
  const tell = (): void => void io.stdout.write(playingTitle(id, player))
  let how: 'end' | 'stopped' = 'stopped'
  scope.defer(() => io.stdout.write(afterPlaying(id, how)))
  io.stdout.write(SAVE_TITLE)
  tell()
  listenToKeys({ player, onKey: tell }, io, scope)
  how = await player.play(file.frames())
}

async function opening(session: SpooledSession, { stdout }: CliIo): Promise<string> {
  const { state } = await summarise(session)
  const { user, systemUser, asset } = state.record
  const { columns, rows } = state.size
  const small = (stdout.columns ?? columns) < columns || (stdout.rows ?? rows) < rows
  const size = small ? ` It was recorded at ${columns}x${rows}: a larger window shows it right.` : ''
  const who = blankControls(`${user} on ${systemUser}@${asset}`)
  return `── ${shortId(session.id)}  ${who}.${size}\r\n── space pauses, + and - change speed, q quits\r\n`
}

/** Timers of the player keep the process alive; others of the program do not. */
function keepAlive(scope: Scope): typeof systemClock {
  const timer = setInterval(() => undefined, 60_000)
  scope.defer(() => clearInterval(timer))
  return systemClock
}

/** Writes with back-pressure. `onGone` is called when the reader has left, e.g. `| head`. */
function writer({ stdout }: CliIo, scope: Scope, onGone: () => void = () => undefined) {
  const gone = new AbortController()
  const onError = (): void => {
    gone.abort()
    onGone()
  }
  stdout.on('error', onError)
  scope.defer(() => stdout.off('error', onError))
  return async (bytes: Buffer): Promise<void> => {
    if (gone.signal.aborted || stdout.write(bytes)) return
    await once(stdout, 'drain', { signal: gone.signal }).catch(() => undefined)
  }
}

interface Keys {
  readonly player: Player
  /** Called after each key that meant something. */
  readonly onKey: () => void
}

function listenToKeys({ player, onKey }: Keys, { stdin }: CliIo, scope: Scope): void {
  if (!stdin.isTTY || !stdin.setRawMode) return
  const onData = (bytes: Buffer): void => {
    // What the recorded program asked of its terminal, ours answers too: such answers begin with ESC.
    if (bytes[0] === 0x1b) return
    for (const key of bytes.toString('latin1')) {
      const act = KEYS[key]
      act?.(player)
      if (act) onKey()
    }
  }
  stdin.setRawMode(true)
  stdin.on('data', onData)
  stdin.resume()
  scope.defer(() => {
    stdin.off('data', onData)
    stdin.pause()
    stdin.setRawMode?.(false)
  })
}

const quit = (player: Player): void => player.stop()
const KEYS: Readonly<Record<string, (player: Player) => void>> = {
  ' ': (player) => player.togglePause(),
  '+': (player) => player.faster(),
  '=': (player) => player.faster(),
  '-': (player) => player.slower(),
  q: quit,
  Q: quit,
  '\u0003': quit,
}
