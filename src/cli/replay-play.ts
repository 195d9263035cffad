import { once } from 'node:events'
import { join } from 'node:path'
import { shortId, summarise } from '../audit/catalogue.ts'
import { FRAME } from '../audit/frames.ts'
import { Player } from '../audit/player.ts'
import { ReplayFile } from '../audit/replay-file.ts'
import { pictureAtTime } from '../audit/replay-picture.ts'
import type { SpooledSession } from '../audit/spool.ts'
import { systemClock } from '../base/clock.ts'
import { blankControls } from '../base/escape.ts'
import { Scope } from '../base/scope.ts'
import { type CliIo, EXIT } from './io.ts'
import { afterPlaying, playingTitle, SAVE_TITLE } from './replay-screen.ts'

export interface PlayOptions {
  readonly speed?: number
  readonly maxIdleMs?: number
  /** Where to begin, ms since the start. */
  readonly atMs?: number
}

/**
 * Plays a session on the terminal: space pauses, `+` and `-` change the speed, the arrows go ten seconds back and on, `[`
 * and `]` from command to command, `0` to the start, `q` quits. Where stdout is no terminal
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
  const commands = await commandTimes(file.path)
  listenToKeys({ player, commands, onKey: tell }, io, scope)
  how = await playThrough({ player, path: file.path, from: (options.atMs ?? 0) * 1000 }, io)
}

interface Playthrough {
  readonly player: Player
  readonly path: string
  /** µs since the start. */
  readonly from: number
}

/** Plays from one place on, and from each other that is asked for, with the screen as it was there. */
async function playThrough({ player, path, from }: Playthrough, io: CliIo): Promise<'end' | 'stopped'> {
  for (let at = from; ; ) {
    if (at > 0) io.stdout.write(Buffer.concat([CLEAN, (await pictureAtTime(path, at)).bytes]))
    const how = await player.play(new ReplayFile(path).frames(), at)
    if (how === 'end' || how === 'stopped') return how
    if (how.seek === 0) io.stdout.write(CLEAN)
    at = how.seek
  }
}

/** µs since the start at which commands were given, in order. */
async function commandTimes(path: string): Promise<readonly number[]> {
  const times: number[] = []
  for await (const { kind, time } of new ReplayFile(path).frames()) if (kind === FRAME.mark) times.push(time)
  return times
}

async function opening(session: SpooledSession, { stdout }: CliIo): Promise<string> {
  const { state } = await summarise(session)
  const { user, systemUser, asset } = state.record
  const { columns, rows } = state.size
  const small = (stdout.columns ?? columns) < columns || (stdout.rows ?? rows) < rows
  const size = small ? ` It was recorded at ${columns}x${rows}: a larger window shows it right.` : ''
  const who = blankControls(`${user} on ${systemUser}@${asset}`)
  return `── ${shortId(session.id)}  ${who}.${size}\r\n── space pauses, + and - change speed, arrows and [ ] seek, q quits\r\n`
}

/** A terminal to draw on. */
const CLEAN = Buffer.from('\x1b[!p\x1b[?1049l\x1b[?25h\x1b[m\x1b[H\x1b[2J')

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
  /** µs since the start. */
  readonly commands: readonly number[]
  /** Called after each key that meant something. */
  readonly onKey: () => void
}

function listenToKeys({ player, commands, onKey }: Keys, { stdin }: CliIo, scope: Scope): void {
  if (!stdin.isTTY || !stdin.setRawMode) return
  const onData = (bytes: Buffer): void => {
    const arrow = ARROWS.get(bytes.toString('latin1'))
    if (arrow !== undefined) player.seek(player.position + arrow)
    // What the recorded program asked of its terminal, ours answers too: such answers begin with ESC.
    if (bytes[0] === 0x1b) return
    for (const key of bytes.toString('latin1')) {
      const act = KEYS[key]
      act?.(player, commands)
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
/** µs. */
const ARROWS: ReadonlyMap<string, number> = new Map([
  ['\x1b[C', 10e6],
  ['\x1bOC', 10e6],
  ['\x1b[D', -10e6],
  ['\x1bOD', -10e6],
])

/** So much before a command one sees it being typed; and so far behind one it is the one before. */
const BEFORE = 1e6

const KEYS: Readonly<Record<string, (player: Player, commands: readonly number[]) => void>> = {
  '0': (player) => player.seek(0),
  ']': (player, commands) => {
    const next = commands.find((time) => time - BEFORE > player.position)
    if (next !== undefined) player.seek(next - BEFORE)
  },
  '[': (player, commands) => {
    const before = commands.findLast((time) => time - BEFORE < player.position - BEFORE)
    player.seek((before ?? BEFORE) - BEFORE)
  },
  ' ': (player) => player.togglePause(),
  '+': (player) => player.faster(),
  '=': (player) => player.faster(),
  '-': (player) => player.slower(),
  q: quit,
  Q: quit,
  '\u0003': quit,
}
