import { once } from 'node:events'
import { Fault } from '../base/fault.ts'
import { Secret } from '../base/secret.ts'
import type { CliIo } from './io.ts'

const MOST_BYTES = 4096

class PasswordInputError extends Fault<'PASSWORD_INPUT'> {
  override readonly name = 'PasswordInputError'

  constructor(message: string, next: string) {
    super('PASSWORD_INPUT', { step: 'read password', message, next })
  }
}

/**
 * A new password: typed twice at a terminal, which shows nothing of it, or else the first line of stdin. Never an
 * argument: those are readable by everybody on the machine.
 */
export async function askNewPassword(io: CliIo, what: string): Promise<Secret> {
  const lines = new Lines(io)
  try {
    const password = await lines.read(`${what}: `)
    if (password === '') throw new PasswordInputError('the password is empty', 'Give one.')
    if (io.stdin.isTTY && (await lines.read('Once more: ')) !== password) {
      throw new PasswordInputError('these were two different passwords', 'Try again.')
    }
    return new Secret(password)
  } finally {
    lines.close()
  }
}

/** Reads lines; a terminal is raw meanwhile, so that nothing is echoed. */
class Lines {
  readonly #io: CliIo
  #buffer = Buffer.alloc(0)

  constructor(io: CliIo) {
    this.#io = io
    if (io.stdin.isTTY) io.stdin.setRawMode?.(true)
  }

  close(): void {
    const { stdin } = this.#io
    if (stdin.isTTY) stdin.setRawMode?.(false)
    stdin.pause()
  }

  async read(prompt: string): Promise<string> {
    const { stdin, stderr } = this.#io
    if (stdin.isTTY) stderr.write(prompt)
    try {
      return stdin.isTTY ? edited(await this.#line()) : decoded(await this.#line())
    } finally {
      if (stdin.isTTY) stderr.write('\n')
    }
  }

  /** Up to the next line end, or the end of the input. */
  async #line(): Promise<Buffer> {
    const { stdin } = this.#io
    for (;;) {
      const end = this.#buffer.findIndex((byte) => byte === 0x0a || byte === 0x0d)
      if (end >= 0) return this.#take(end)
      if (stdin.isTTY && this.#buffer.includes(3)) {
        throw new PasswordInputError('interrupted', 'Nothing was changed.')
      }
      if (stdin.isTTY && this.#buffer.at(-1) === 4) return this.#take(this.#buffer.length - 1)
      if (this.#buffer.length > MOST_BYTES) {
        throw new PasswordInputError(`the password is longer than ${MOST_BYTES} bytes`, 'Give a shorter one.')
      }
      const chunk = await this.#chunk()
      if (chunk === undefined) return this.#take(this.#buffer.length)
      this.#buffer = Buffer.concat([this.#buffer, chunk])
    }
  }

  #take(end: number): Buffer {
    const line = this.#buffer.subarray(0, end)
    const crlf = this.#buffer[end] === 0x0d && this.#buffer[end + 1] === 0x0a
    this.#buffer = this.#buffer.subarray(end + (crlf ? 2 : 1))
    return line
  }

  /** undefined: the input has ended. */
  async #chunk(): Promise<Buffer | undefined> {
    const { stdin } = this.#io
    for (;;) {
      const chunk: unknown = stdin.read()
      if (typeof chunk === 'string') return Buffer.from(chunk)
      if (chunk instanceof Buffer) return chunk
      if (stdin.readableEnded || stdin.destroyed) return undefined
      const woken = new AbortController()
      const { signal } = woken
      try {
        await Promise.race(
          ['readable', 'end', 'close'].map((event) => once(stdin, event, { signal }).catch(ignore)),
        )
      } finally {
        woken.abort()
      }
    }
  }
}

const ignore = (): void => {}

function decoded(line: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(line)
  } catch {
    throw new PasswordInputError('the password is no UTF-8', 'Set the terminal to UTF-8.')
  }
}

/** What a raw terminal's line means: backspace takes the character before, ^U and ^W all; other controls are none. */
function edited(line: Buffer): string {
  let characters: string[] = []
  for (const character of decoded(line)) {
    if (character === '\u007f' || character === '\b') characters = characters.slice(0, -1)
    else if (character === '\u0015' || character === '\u0017') characters = []
    else if (character >= ' ') characters.push(character)
  }
  return characters.join('')
}
