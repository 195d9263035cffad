import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { Readable, Writable } from 'node:stream'
import { ReadStream } from 'node:tty'
import type { Clock } from '../base/clock.ts'
import { systemCode } from '../base/system-error.ts'
import type { Exit, Size } from '../terminal/terminal.ts'
import { endGroup, exitOf, type Program, type ProgramStart, signalGroup } from './program.ts'
import type { PtyBinding } from './pty-binding.ts'

/** Starts a program as the leader of a new session on a new PTY. */
export function startOnPty(binding: PtyBinding, start: ProgramStart & { readonly size: Size }): Program {
  const { file, args, cwd, size, clock } = start
  let tell: (exit: Exit) => void = () => {}
  const exited = new Promise<Exit>((resolve) => {
    tell = resolve
  })
  const { fd, pid, path } = binding.fork({
    file,
    args,
    cwd,
    env: Object.entries(start.env).map(([name, value]) => `${name}=${value}`),
    columns: size.columns,
    rows: size.rows,
    exited: (code, signal) => tell(exitOf(code, signal)),
  })
  let running = true
  void exited.then(() => {
    running = false
  })
  const slave = openSlave(path, { fd, pid })
  const output = new PtyOutput({ fd, slave, exited })
  const isOpen = (): boolean => running && !output.destroyed
  const input = new PtyInput({ fd, clock, isOpen })
  return {
    output,
    errors: undefined,
    input,
    exited,
    resize: ({ columns, rows }) => {
      if (isOpen()) binding.resize(fd, columns, rows)
    },
    signal: (name) => {
      if (running) signalGroup(pid, name)
    },
    end: async () => {
      input.destroy()
      // Closing the master hangs up whatever runs on the terminal.
      output.destroy()
      if (running) await endGroup({ pid, exited, clock })
    },
  }
}

function openSlave(path: string, { fd, pid }: { fd: number; pid: number }): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY)
  } catch (fault) {
    signalGroup(pid, 'KILL')
    closeSync(fd)
    throw fault
  }
}

/**
 * What the programs on a PTY print, until its first one has exited. Owns the master, and the slave too: when nobody
 * else has it open the event loop takes the first partial read for the end, and the tail would be lost.
 */
class PtyOutput extends Readable {
  readonly #fd: number
  readonly #slave: number
  readonly #master: ReadStream

  constructor({ fd, slave, exited }: { fd: number; slave: number; exited: Promise<Exit> }) {
    super()
    this.#fd = fd
    this.#slave = slave
    this.#master = new ReadStream(fd)
    this.#master.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) this.#master.pause()
    })
    this.#master.on('error', (fault: Error) => {
      if (!['EAGAIN', 'EIO'].includes(systemCode(fault) ?? '')) this.destroy(fault)
    })
    this.#master.pause()
    void exited.then(() => this.#finish())
  }

  override _read(): void {
    if (!this.#master.destroyed) this.#master.resume()
  }

  override _destroy(fault: Error | null, done: (fault?: Error | null) => void): void {
    if (!this.#master.destroyed) {
      this.#master.destroy()
      closeSync(this.#slave)
    }
    done(fault)
  }

  /** All that was printed is in the kernel now; what a job left in the background prints later is nobody's. */
  #finish(): void {
    if (this.destroyed) return
    for (let bytes = readBuffered(this.#master); bytes; bytes = readBuffered(this.#master)) this.push(bytes)
    for (let bytes = readWaiting(this.#fd); bytes; bytes = readWaiting(this.#fd)) this.push(bytes)
    this.push(null)
    this.#master.destroy()
    closeSync(this.#slave)
  }
}

function readBuffered(stream: ReadStream): Buffer | undefined {
  const bytes: unknown = stream.read()
  return bytes instanceof Buffer ? bytes : undefined
}

/** What waits in the kernel; undefined when nothing does. The descriptor does not block. */
function readWaiting(fd: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(READ_BYTES)
  try {
    const size = readSync(fd, bytes)
    return size > 0 ? bytes.subarray(0, size) : undefined
  } catch {
    return undefined
  }
}

const READ_BYTES = 64 * 1024
const FIRST_PAUSE_MS = 1
const MOST_PAUSE_MS = 20

/**
 * What is typed on a PTY. The terminal takes some kilobytes and then nothing until a program reads; there is no
 * event for that, so it is asked again. The writes are synchronous and never block: in a thread they could hit
 * another file that got the same number.
 */
class PtyInput extends Writable {
  readonly #fd: number
  readonly #clock: Clock
  readonly #isOpen: () => boolean
  #timer: Disposable | undefined

  constructor({ fd, clock, isOpen }: { fd: number; clock: Clock; isOpen: () => boolean }) {
    super({ decodeStrings: true })
    this.#fd = fd
    this.#clock = clock
    this.#isOpen = isOpen
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (fault?: Error | null) => void): void {
    this.#writeRest(bytes, FIRST_PAUSE_MS, done)
  }

  override _destroy(fault: Error | null, done: (fault?: Error | null) => void): void {
    this.#timer?.[Symbol.dispose]()
    done(fault)
  }

  #writeRest(bytes: Buffer, pause: number, done: (fault?: Error | null) => void): void {
    const { taken, fault } = this.#isOpen() ? writeWhatFits(this.#fd, bytes) : CLOSED
    if (fault || taken === bytes.length) {
      done(fault)
      return
    }
    const next = taken > 0 ? FIRST_PAUSE_MS : Math.min(pause * 2, MOST_PAUSE_MS)
    this.#timer = this.#clock.after(pause, () => this.#writeRest(bytes.subarray(taken), next, done))
  }
}

interface Written {
  readonly taken: number
  readonly fault?: Error
}

const CLOSED: Written = { taken: 0, fault: new Error('the terminal is closed') }

/** Writes until the terminal is full. */
function writeWhatFits(fd: number, bytes: Buffer): Written {
  let taken = 0
  try {
    while (taken < bytes.length) taken += writeSync(fd, bytes, taken)
    return { taken }
  } catch (fault) {
    if (systemCode(fault) === 'EAGAIN') return { taken }
    return { taken, fault: fault instanceof Error ? fault : new Error(String(fault)) }
  }
}
