import { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import type { AssetOptions } from '../asset-options/asset-options.ts'
import { PythonRegex } from '../base/regex/python-regex.ts'
import type { Prepared } from '../core/model.ts'
import type { Log } from '../log.ts'
import type { Exit } from '../terminal/terminal.ts'
import { AssetError } from './asset-error.ts'
import { becomeOf } from './become.ts'
import type { AssetChannel, AssetConnection, PtyRequest } from './connection.ts'
import { fromUtf8, toUtf8 } from './encoding.ts'
import type { Path } from './path.ts'
import { openPath, type SshParts, type SshRequest } from './ssh.ts'
import * as failure from './ssh-failure.ts'
import { TelnetLine } from './telnet-line.ts'
import { TelnetLogin, type TelnetOutcome } from './telnet-login.ts'
import type { TextTest } from './telnet-prompts.ts'
import { TimeLimit } from './time-limit.ts'

export interface TelnetParts extends Pick<SshParts, 'paths' | 'clock' | 'log'> {
  /** Core's pattern for a login that worked, at the time of the call. */
  readonly telnetRegex?: (() => string | undefined) | undefined
}

export interface TelnetRequest extends Pick<SshRequest, 'prepared' | 'options' | 'dialogue'> {
  /** Told to the server while it is being logged in to. */
  readonly pty?: PtyRequest | undefined
}

/**
 * Connects to a telnet server and logs in by what it asks. Where that is not understood, the person goes on by hand in
 * the session; only a clear no of the server is an error. Nothing is left open when it fails.
 * @throws {AssetError}; the signal's reason
 */
export async function connectTelnet(
  parts: TelnetParts,
  request: TelnetRequest,
  signal: AbortSignal,
): Promise<AssetConnection> {
  const { prepared, options } = request
  const { hostname } = prepared.target.asset
  using limit = new TimeLimit(parts.clock, options.timeout * 1000, signal)
  try {
    const become = await becomeOf(options, prepared.credentials)
    const path = await openPath(parts, request, limit)
    const line = new TelnetLine({ stream: path.stream, pty: request.pty })
    try {
      return await logIn({ ...parts, ...request, path, line, become }, signal)
    } catch (error) {
      line.close()
      throw error
    }
  } catch (error) {
    throw error instanceof AssetError ? error.of(hostname) : error
  }
}

interface LogIn extends TelnetParts, TelnetRequest {
  readonly path: Path
  readonly line: TelnetLine
  readonly become: Awaited<ReturnType<typeof becomeOf>>
}

async function logIn(parts: LogIn, signal: AbortSignal): Promise<AssetConnection> {
  const { prepared, options, path, line, clock, dialogue } = parts
  const { username: account, password } = prepared.credentials
  const keepalive = options.keepalive > 0
  if (path.stream instanceof Socket) path.stream.setKeepAlive(keepalive, options.keepalive * 1000)
  const login = new TelnetLogin({
    ...{ output: line.output, input: line.input, account, password, clock },
    become: parts.become,
    tests: testsOf(parts),
    decode: decoderOf(options),
    encode: (text) => fromUtf8(options.charset).convert(Buffer.from(text)),
    limit: Math.min(options.auth_timeout, options.timeout) * 1000,
  })
  const outcome = await login.run(signal)
  refuseFailed(outcome, prepared, path)
  dialogue?.progress(outcome === 'in' ? { kind: 'logged-in', method: 'password' } : { kind: 'by-hand' })
  return new TelnetConnection({ line, path, account: account || prepared.target.systemUser.name })
}

function decoderOf({ charset }: AssetOptions): (bytes: Buffer) => string {
  const converter = toUtf8(charset)
  return (bytes) => converter.convert(bytes).toString()
}

function refuseFailed(outcome: TelnetOutcome, { credentials, target }: Prepared, { address }: Path): void {
  const { ip: host } = target.asset
  const port = Number(address.slice(address.lastIndexOf(':') + 1))
  const place = { host, port, address }
  if (outcome === 'closed') throw failure.ofProtocol(undefined, 'log in', place)
  if (outcome !== 'refused') return
  const { username } = credentials
  const methods = ['password'] as const
  throw failure.ofLogin({ account: username, tried: methods, offered: methods, keptBack: false }, place)
}

/** What administrators wrote of this asset's prompts, and core of all. */
function testsOf({ options, telnetRegex, log, prepared }: LogIn) {
  const { hostname } = prepared.target.asset
  const ready = [options.telnet_regex, telnetRegex?.()].flatMap(
    (source) => testOf(source, hostname, log) ?? [],
  )
  return {
    ready: (text: string) => ready.some((test) => test(text) === true),
    account: testOf(options.telnet_account_prompt, hostname, log),
    password: testOf(options.telnet_password_prompt, hostname, log),
  }
}

/** Only what no text makes slow is searched for: the text is the asset's. */
function testOf(source: string | undefined, asset: string, log: Log): TextTest | undefined {
  if (source === undefined || source === '') return undefined
  try {
    const regex = new PythonRegex(source)
    if (regex.linear) return (text) => regex.search(text)
    log.warn({ asset }, 'a telnet pattern could take for ever and is not used')
  } catch (err) {
    log.warn({ err, asset }, 'a telnet pattern is not understood and is not used')
  }
  return undefined
}

interface ConnectionParts {
  readonly line: TelnetLine
  readonly path: Path
  readonly account: string
}

/** A telnet connection is one shell and nothing else. */
class TelnetConnection implements AssetConnection {
  readonly address: string
  readonly account: string
  readonly closed: Promise<{ readonly cause?: unknown }>
  readonly #line: TelnetLine

  constructor({ line, path, account }: ConnectionParts) {
    this.#line = line
    this.address = path.address
    this.account = account
    this.closed = line.gone.then(() => ({}))
  }

  async shell(): Promise<AssetChannel> {
    return new TelnetChannel(this.#line)
  }

  exec(): Promise<AssetChannel> {
    return Promise.reject(onlyShell(this.address))
  }

  subsystem(): Promise<AssetChannel> {
    return Promise.reject(onlyShell(this.address))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#line.close()
    await this.closed
  }
}

const onlyShell = (address: string): AssetError =>
  new AssetError('ASSET_TELNET_SHELL', {
    step: 'run',
    message: `${address} is reached by telnet, which has a shell and no commands of its own`,
    next: 'Log in without a command, or use an SSH account.',
    facts: { address },
  })

class TelnetChannel implements AssetChannel {
  readonly output
  readonly errors = new PassThrough().end()
  readonly input
  readonly closed: Promise<Exit>
  readonly #line: TelnetLine

  constructor(line: TelnetLine) {
    this.#line = line
    this.output = line.output
    this.input = line.input
    this.closed = line.gone
  }

  resize(size: PtyRequest['size']): void {
    this.#line.resize(size)
  }

  /** Telnet has no signals but the keys themselves. */
  signal(): void {}

  close(): void {
    this.#line.close()
  }
}
