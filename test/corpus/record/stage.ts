import { setTimeout } from 'node:timers/promises'
import { spawn } from '@lydell/node-pty'
import headless from '@xterm/headless'
import type { seeded } from '../../fixtures/random.ts'
import type { CorpusEvent, CorpusSession } from '../format.ts'

export type Random = ReturnType<typeof seeded>

export interface StageOptions {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly size: { readonly columns: number; readonly rows: number }
  readonly random: Random
  /** ms a key or a piece of output is on its way between the bastion and the program. */
  readonly latency: number
  /** ms between two keys, at most. */
  readonly rhythm: number
}

/** A wait that ends with nothing is a scenario that went wrong; its session is recorded anew. */
const NEVER_MS = 20_000

/** A program on a PTY, a terminal before it, and a hand that types; what passes between them is kept with its times. */
export class Stage implements AsyncDisposable {
  readonly random: Random
  readonly secrets: string[] = []
  readonly #events: CorpusEvent[] = []
  readonly #terminal: InstanceType<typeof headless.Terminal>
  readonly #child
  readonly #exited: Promise<void>
  readonly #latency: number
  readonly #rhythm: number
  #last = performance.now()
  #lastOutput = 0
  #text = ''
  #read = 0
  #wayIn: Promise<void> = Promise.resolve()
  #size: StageOptions['size']
  #over = false

  constructor(options: StageOptions) {
    const { file, args, env, cwd, size, random, latency, rhythm } = options
    this.random = random
    this.#latency = latency
    this.#rhythm = rhythm
    this.#size = size
    this.#terminal = new headless.Terminal({
      cols: size.columns,
      rows: size.rows,
      allowProposedApi: true,
      logLevel: 'off',
    })
    this.#terminal.onData((reply) => this.send(reply))
    this.#child = spawn(file, [...args], {
      cols: size.columns,
      rows: size.rows,
      cwd,
      env: { ...env },
      name: 'xterm-256color',
      encoding: null,
    })
    this.#child.onData((data: string | Buffer) => this.#arrives(Buffer.from(data)))
    this.#exited = new Promise((resolve) => this.#child.onExit(() => resolve()))
  }

  get rows(): number {
    return this.#size.rows
  }
  get columns(): number {
    return this.#size.columns
  }

  /** One packet, now. */
  send(keys: string): void {
    if (this.#over) return
    const bytes = Buffer.from(keys)
    this.#note('i', bytes)
    this.#wayIn = this.#wayIn
      .then(() => (this.#latency > 0 ? setTimeout(this.#latency) : undefined))
      .then(() => this.#child.write(keys))
  }

  /** Key by key, as a person types; a key that is a sequence stays whole. */
  async type(keys: string): Promise<void> {
    for (const key of keys.match(/\x1b\[[0-9;]*[A-Za-z~]|\x1bO.|\x1b.|[\s\S]/gu) ?? []) {
      this.send(key)
      const pause = this.random.below(this.#rhythm + 1)
      if (pause > 0) await setTimeout(pause)
    }
  }

  /** What nobody sees being typed. */
  async secret(text: string): Promise<void> {
    this.secrets.push(text)
    await this.type(text)
  }

  /** A line with its Enter, seen through to the end of what it prints. */
  async line(text: string): Promise<void> {
    await this.type(text)
    await this.enter()
  }

  async enter(): Promise<void> {
    await this.pause()
    this.send('\r')
    await this.settle()
  }

  /** As a person looks before the next key. */
  async pause(): Promise<void> {
    await this.settle()
    await setTimeout(this.random.below(2 * this.#rhythm + 20))
  }

  /** Waits until the program has printed something since, or at all, and then is quiet. */
  async settle(quiet = 90): Promise<void> {
    const began = performance.now()
    const round = 2 * this.#latency + quiet
    while (performance.now() - Math.max(began, this.#lastOutput) < round) await setTimeout(10)
    await new Promise<void>((resolve) => this.#terminal.write('', resolve))
  }

  /** Waits until `text` was printed after what was waited for last. */
  async until(text: string | RegExp): Promise<void> {
    const began = performance.now()
    for (;;) {
      const rest = this.#text.slice(this.#read)
      const at = typeof text === 'string' ? rest.indexOf(text) : rest.search(text)
      if (at >= 0) {
        const length = typeof text === 'string' ? text.length : (text.exec(rest)?.[0].length ?? 0)
        this.#read += at + length
        return
      }
      if (performance.now() - began > NEVER_MS) {
        throw new Error(`never came: ${String(text)} in ${JSON.stringify(rest.slice(-400))}`)
      }
      await setTimeout(5)
    }
  }

  /** From here on `until` looks. */
  seen(): void {
    this.#read = this.#text.length
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows }
    this.#events.push([this.#since(), 'r', columns, rows])
    this.#terminal.resize(columns, rows)
    this.#child.resize(columns, rows)
  }

  /** Waits until the program has ended by itself. */
  async ended(): Promise<void> {
    await Promise.race([this.#exited, setTimeout(NEVER_MS)])
    await setTimeout(2 * this.#latency + 20)
  }

  /** What was kept. Throws when a secret is among what was printed: then it is none. */
  recorded(name: string, size: StageOptions['size']): Omit<CorpusSession, 'truth'> {
    this.#over = true
    for (const secret of this.secrets)
      if (this.#text.includes(secret)) throw new Error(`${name}: ${secret} was shown`)
    return { name, size: { ...size }, events: [...this.#events], secrets: [...this.secrets] }
  }

  /** A line after the end of what is kept. */
  async aside(line: string): Promise<void> {
    this.#child.write(`${line}\r`)
    await setTimeout(300)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true
    this.#child.kill('SIGHUP')
    await Promise.race([this.#exited, setTimeout(500)])
    this.#child.kill('SIGKILL')
    this.#terminal.dispose()
  }

  #arrives(bytes: Buffer): void {
    const take = (): void => {
      this.#lastOutput = performance.now()
      if (this.#over) return
      this.#note('o', bytes)
      this.#text += bytes.toString('utf8')
      this.#terminal.write(bytes)
    }
    if (this.#latency === 0) take()
    else void setTimeout(this.#latency).then(take)
  }

  #note(kind: 'o' | 'i', bytes: Buffer): void {
    const after = this.#since()
    const last = this.#events.at(-1)
    const text = bytes.toString('latin1')
    if (after === 0 && last?.[1] === 'o' && kind === 'o') last[2] += text
    else this.#events.push([after, kind, text])
  }

  /** Whole ms since the event before, without adding up what is cut. */
  #since(): number {
    const ms = Math.floor(performance.now() - this.#last)
    this.#last += ms
    return ms
  }
}
