import type { DirectTarget } from '../auth/direct-login.ts'
import { escapeControls } from '../base/escape.ts'
import { isFault } from '../base/fault.ts'
import { languageOf, sayFault } from '../i18n/i18n.ts'
import type { Log } from '../log.ts'
import type { Principal } from '../session/principal.ts'
import type { PseudoTtyInfo, ServerChannel, Session, WindowChangeInfo } from '../ssh2/library.ts'
import { type Exit, type Pty, type Size, saneSize, type Terminal } from '../terminal/terminal.ts'
import { ChannelTerminal } from './channel-terminal.ts'
import type { Forwarder } from './forwards.ts'
import { SshdError } from './sshd-error.ts'

/** One channel of a person who is logged in. */
export interface Visit {
  readonly terminal: Terminal
  readonly principal: Principal
  /** Where the user name pointed to; undefined: the menu. */
  readonly direct: DirectTarget | undefined
  /** Fires when the daemon stops: tell the person and come back soon. `terminal.gone` is for when they have left. */
  readonly signal: AbortSignal
}

/** What there is to do for people who come in; `daemon.ts` knows. sshd ends the terminal with the Exit. */
export interface SshdHandlers {
  onShell(visit: Visit): Promise<Exit>
  /** Only with a direct target: on a plain login a command has no place to run. */
  onExec(visit: Visit & { readonly command: string; readonly direct: DirectTarget }): Promise<Exit>
  /** Absent: subsystems are refused. The bytes of its protocol are the terminal's input and output. */
  onSubsystem?(visit: Visit & { readonly subsystem: string }): Promise<Exit>
  /** Absent: nothing is forwarded. Once for each login. */
  forwarder?(login: ForwardingLogin): Forwarder
}

/** A login as forwarding sees it. */
export interface ForwardingLogin extends Pick<Visit, 'principal' | 'direct'> {
  /** Fires when its connection is gone. */
  readonly gone: AbortSignal
}

/** What a channel was asked to run. */
type Program =
  | { readonly kind: 'shell' }
  | { readonly kind: 'exec'; readonly command: string }
  | { readonly kind: 'subsystem'; readonly name: string }

export interface SessionRequestParts {
  readonly principal: Principal
  readonly direct: DirectTarget | undefined
  readonly handlers: SshdHandlers
  readonly signal: AbortSignal
  readonly log: Log
  /** Takes over a visit that began, to its end. It never rejects. */
  readonly onVisit: (visit: Promise<void>) => void
}

/** The library leaves these out when the client wants no reply, whatever its types say. */
type Answer = (() => void) | undefined

const FAILED: Exit = { kind: 'status', code: 255 }
const LONGEST_TERM = 64
const LONGEST_LOCALE = 64
/** RFC 4251 section 6. */
const SUBSYSTEM_NAME = /^[\x21-\x7e]{1,64}$/
const SIGNAL_NAME = /^[A-Z0-9]{1,16}(?:@[\w.-]{1,64})?$/

/**
 * One session channel (RFC 4254 section 6): takes PTY, language and the like, then runs one shell or command.
 * Whatever else may be asked (agent, X11) is refused, as nobody listens for it.
 */
export class SessionRequest {
  readonly #parts: SessionRequestParts
  #pty: Pty | undefined
  #size: Size = saneSize(0, 0)
  #locale: string | undefined
  #noColor = false
  #terminal: ChannelTerminal | undefined

  constructor(session: Session, parts: SessionRequestParts) {
    this.#parts = parts
    session.on('pty', (accept: Answer, _reject, info) => this.#onPty(accept, info))
    session.on('window-change', (accept: Answer, _reject, info) => this.#onResize(accept, info))
    session.on('env', (accept: Answer, reject: Answer, { key, val }: { key: string; val: string }) =>
      this.#onEnv(key, val) ? accept?.() : reject?.(),
    )
    session.on('signal', (accept: Answer, _reject, { name }) => {
      if (SIGNAL_NAME.test(name)) this.#terminal?.signalled(name)
      accept?.()
    })
    session.on('shell', (accept) => this.#begin(accept(), { kind: 'shell' }))
    session.on('exec', (accept, reject: Answer, { command }) => {
      // Programs would be given it up to the NUL, and the record would tell of more than was run.
      if (command.includes('\0')) reject?.()
      else this.#begin(accept(), { kind: 'exec', command })
    })
    if (parts.handlers.onSubsystem) {
      session.on('subsystem', (accept, reject: Answer, { name }) => {
        if (SUBSYSTEM_NAME.test(name)) this.#begin(accept(), { kind: 'subsystem', name })
        else reject?.()
      })
    }
    session.on('error', this.#onError)
  }

  #onPty(accept: Answer, { term, cols, rows, modes }: PseudoTtyInfo): void {
    const known = Object.entries(modes).filter(
      (mode): mode is [string, number] => typeof mode[1] === 'number',
    )
    this.#pty = { term: escapeControls(term).slice(0, LONGEST_TERM), modes: Object.fromEntries(known) }
    this.#size = saneSize(cols, rows)
    accept?.()
  }

  #onResize(accept: Answer, { cols, rows }: WindowChangeInfo): void {
    this.#size = saneSize(cols, rows)
    this.#terminal?.resized(this.#size)
    accept?.()
  }

  /** Only the language and colours are of use here; a client's variables never reach anything else. */
  #onEnv(name: string, value: string): boolean {
    if (name === 'NO_COLOR') this.#noColor = value !== ''
    if (name !== 'LANG') return name === 'NO_COLOR'
    this.#locale = value.slice(0, LONGEST_LOCALE)
    return true
  }

  /** In the turn of the request: what the client sends right after it would be lost otherwise. */
  #begin(channel: ServerChannel | undefined, program: Program): void {
    if (!channel || this.#terminal) return
    const { direct, signal, onVisit } = this.#parts
    const terminal = new ChannelTerminal(channel, {
      pty: this.#pty && { ...this.#pty, ...(this.#noColor && { noColor: true }) },
      size: this.#size,
      onError: this.#onError,
    })
    this.#terminal = terminal
    const visit = { terminal, principal: this.#principal(), direct, signal }
    onVisit(this.#run(visit, program))
  }

  #principal(): Principal {
    const { principal } = this.#parts
    return { ...principal, language: languageOf(this.#locale) ?? principal.language }
  }

  async #run(visit: Visit, program: Program): Promise<void> {
    const exit = await this.#handle(visit, program).catch((error: unknown) => {
      this.#log(visit, error)
      return this.#tell(visit, error)
    })
    await visit.terminal.end(exit)
  }

  /** An asset that cannot be reached and a person who leaves meanwhile are no errors of ours. */
  #log({ terminal }: Visit, error: unknown): void {
    const { log } = this.#parts
    if (terminal.gone.aborted) log.debug({ err: error }, 'a visit was left')
    else if (isFault(error)) log.warn({ err: error }, 'a visit failed')
    else log.error({ err: error }, 'a visit failed')
  }

  async #handle(visit: Visit, program: Program): Promise<Exit> {
    const { handlers } = this.#parts
    if (program.kind === 'shell') return handlers.onShell(visit)
    if (program.kind === 'subsystem') {
      return (await handlers.onSubsystem?.({ ...visit, subsystem: program.name })) ?? FAILED
    }
    const { command } = program
    if (visit.direct) return handlers.onExec({ ...visit, command, direct: visit.direct })
    const { username } = visit.principal.user
    const fault = new SshdError('SSHD_NO_TARGET', {
      step: 'run command',
      message: 'a command was given on a login that names no asset',
      next: 'Log in as USER@SYSTEMUSER@ASSET.',
      facts: { user: username },
    })
    this.#parts.log.info({ err: fault }, 'command refused')
    return this.#tell(visit, fault)
  }

  /** One sentence where the person looks: with a PTY there is but one stream. */
  #tell({ terminal, principal }: Visit, error: unknown): Exit {
    const sentence = `cocod: ${sayFault(principal.language, error)}`
    if (!terminal.gone.aborted && !terminal.output.writableEnded) {
      if (terminal.pty) terminal.output.write(`${sentence}\r\n`)
      else terminal.errors.write(`${sentence}\n`)
    }
    return FAILED
  }

  readonly #onError = (error: unknown): void => {
    this.#parts.log.debug({ err: error }, 'channel error')
  }
}
