import { existsSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Clock } from '../base/clock.ts'
import { reasonOf } from '../base/fault.ts'
import type { Log } from '../log.ts'
import { writeFairly } from '../ssh2/fair-writer.ts'
import type { ServerChannel, Session } from '../ssh2/library.ts'
import { type Exit, type Size, saneSize } from '../terminal/terminal.ts'
import { CLIENT_VARIABLE, type LocalAccount, shellArguments } from './local-account.ts'
import { startOnPipes } from './pipe-program.ts'
import type { Program } from './program.ts'
import type { PtyBinding } from './pty-binding.ts'
import { startOnPty } from './pty-program.ts'

export interface DemoHost {
  readonly account: LocalAccount
  readonly binding: PtyBinding
  readonly clock: Clock
  readonly log: Log
  /** Every program that runs; emptied as they end. */
  readonly programs: Set<Program>
}

/** Where the systems keep OpenSSH's SFTP server. */
const SFTP_SERVERS = [
  '/usr/lib/openssh/sftp-server',
  '/usr/libexec/openssh/sftp-server',
  '/usr/lib/ssh/sftp-server',
  '/usr/libexec/sftp-server',
]

/** Undefined where this machine has none: then the demo has no files to show. */
const sftpServer = (): string | undefined => SFTP_SERVERS.find((path) => existsSync(path))

const MOST_VARIABLES = 32
const MOST_VALUE = 256

/** Serves one session channel: a PTY, a few variables, and one shell or command (RFC 4254 section 6). */
export function serveDemoSession(session: Session, host: DemoHost): void {
  const request = new DemoSession(host)
  session.on('pty', (accept, _reject, { term, cols, rows }) => {
    request.pty = { term, size: saneSize(cols, rows) }
    accept?.()
  })
  session.on('env', (accept, reject, { key, val }) => {
    if (request.setVariable(key, val)) accept?.()
    else reject?.()
  })
  session.on('window-change', (accept, _reject, { cols, rows }) => {
    request.resize(saneSize(cols, rows))
    accept?.()
  })
  session.on('signal', (accept, _reject, { name }) => {
    request.program?.signal(name)
    accept?.()
  })
  session.on('shell', (accept, reject) => request.take(accept, reject, undefined))
  session.on('exec', (accept, reject, { command }) => request.take(accept, reject, command))
  session.on('subsystem', (accept, reject, { name }) => {
    const server = name === 'sftp' ? sftpServer() : undefined
    if (server === undefined) reject?.()
    else request.take(accept, reject, undefined, server)
  })
}

/** The state of one session channel. */
class DemoSession {
  pty: { term: string; size: Size } | undefined
  program: Program | undefined
  readonly #host: DemoHost
  readonly #variables = new Map<string, string>()
  #taken = false

  constructor(host: DemoHost) {
    this.#host = host
  }

  setVariable(name: string, value: string): boolean {
    const fine = CLIENT_VARIABLE.test(name) && value.length <= MOST_VALUE && !/[\0-\x1f]/.test(value)
    if (!fine || this.#variables.size >= MOST_VARIABLES) return false
    this.#variables.set(name, value)
    return true
  }

  resize(size: Size): void {
    if (this.pty) this.pty.size = size
    this.program?.resize(size)
  }

  /** The channel is accepted in this very turn: what the client sends with its request would be lost otherwise. */
  take(
    accept: () => ServerChannel,
    reject: () => void,
    command: string | undefined,
    subsystem?: string,
  ): void {
    if (this.#taken) {
      reject?.()
      return
    }
    this.#taken = true
    const channel = accept()
    channel.on('error', () => {})
    channel.stderr.on('error', () => {})
    const gone = writeFairly(channel)
    this.#run({ channel, gone }, { command, subsystem }).catch((fault: unknown) => {
      this.#host.log.warn({ err: fault }, 'demo asset: program failed')
      channel.close()
    })
  }

  async #run(place: Place, wanted: Wanted): Promise<void> {
    const program = this.#start(place.channel, wanted)
    if (!program) return
    this.program = program
    const { programs, log } = this.#host
    programs.add(program)
    try {
      await joinProgram(place, program)
    } finally {
      await program.end()
      programs.delete(program)
      log.debug({ command: wanted.command !== undefined }, 'demo asset: program ended')
    }
  }

  #start(channel: ServerChannel, { command, subsystem }: Wanted): Program | undefined {
    const { account, binding, clock } = this.#host
    const start = { file: '/bin/sh', args: shellArguments(account, command), cwd: account.home, clock }
    const env = { ...account.env, ...Object.fromEntries(this.#variables) }
    try {
      if (subsystem !== undefined) return startOnPipes({ ...start, file: subsystem, args: [], env })
      if (!this.pty) return startOnPipes({ ...start, env })
      const { term, size } = this.pty
      return startOnPty(binding, {
        ...start,
        size,
        env: { ...env, TERM: term.replace(/[^\w.+-]/g, '') || 'dumb' },
      })
    } catch (fault) {
      channel.stderr.write(`cannot start a shell: ${reasonOf(fault)}\r\n`)
      channel.exit(126)
      channel.end()
      return undefined
    }
  }
}

/** What a channel is to run; neither: a shell. */
interface Wanted {
  readonly command: string | undefined
  /** The program of a subsystem. */
  readonly subsystem: string | undefined
}

interface Place {
  readonly channel: ServerChannel
  /** Fires when the channel or the connection under it is gone. */
  readonly gone: AbortSignal
}

/** Joins a program to its channel until it has ended and all of its output is sent, or the channel is gone. */
async function joinProgram({ channel, gone }: Place, program: Program): Promise<void> {
  const leave = (): void => void program.end()
  gone.addEventListener('abort', leave, { once: true })
  if (gone.aborted) leave()
  // A program may close its input while it runs: what still comes is read and dropped, so that the channel can end.
  program.input.on('error', () => channel.unpipe(program.input).resume())
  channel.pipe(program.input)
  const printed = [passOn(program.output, channel)]
  if (program.errors) printed.push(passOn(program.errors, channel.stderr))
  try {
    const exit = await program.exited
    await Promise.all(printed)
    if (!gone.aborted) await finish({ channel, gone }, exit)
  } finally {
    gone.removeEventListener('abort', leave)
  }
}

/** Resolves when the source has ended, or was destroyed because nobody reads any more. */
async function passOn(from: Readable, to: Writable): Promise<void> {
  from.pipe(to, { end: false })
  await finished(from, { writable: false }).catch(() => {})
}

/** EOF and close are sent as one by the library: everything, the exit too, goes before. */
async function finish({ channel, gone }: Place, exit: Exit): Promise<void> {
  for (const stream of [channel.stderr, channel]) await flushed(stream, gone)
  if (gone.aborted) return
  if (exit.kind === 'status') channel.exit(exit.code)
  else if (exit.kind === 'signal') channel.exit(exit.name, exit.coreDumped, '')
  channel.unpipe()
  channel.resume()
  channel.end()
}

function flushed(stream: Writable, gone: AbortSignal): Promise<void> {
  if (gone.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    gone.addEventListener('abort', () => resolve(), { once: true })
    stream.write(Buffer.alloc(0), () => resolve())
  })
}
