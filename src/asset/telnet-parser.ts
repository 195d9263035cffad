/** Bytes of the telnet protocol (RFC 854, 855). */
export const TELNET = {
  IAC: 255,
  DONT: 254,
  DO: 253,
  WONT: 252,
  WILL: 251,
  SB: 250,
  SE: 240,
} as const

/** What a verb says about an option. */
export type Verb = 'will' | 'wont' | 'do' | 'dont'

export interface TelnetEvents {
  /** Data, with doubled IAC made single. */
  data(bytes: Buffer): void
  /** One negotiation (RFC 855). */
  verb(verb: Verb, option: number): void
  /** A complete subnegotiation, with doubled IAC made single. One that is longer than the bound is left out. */
  sub(option: number, bytes: Buffer): void
}

/** Longest subnegotiation that is kept; the known ones have a few bytes. */
const MOST_SUB = 1024

const VERBS: ReadonlyMap<number, Verb> = new Map([
  [TELNET.WILL, 'will'],
  [TELNET.WONT, 'wont'],
  [TELNET.DO, 'do'],
  [TELNET.DONT, 'dont'],
])

type State =
  | { readonly kind: 'data' }
  | { readonly kind: 'command' }
  | { readonly kind: 'verb'; readonly verb: Verb }
  | { readonly kind: 'sub' }
  | { readonly kind: 'sub-command' }

const DATA: State = { kind: 'data' }
const COMMAND: State = { kind: 'command' }
const SUB: State = { kind: 'sub' }
const SUB_COMMAND: State = { kind: 'sub-command' }

/** Takes a telnet stream apart, wherever its chunks are cut. Holds no data back and no more than one subnegotiation. */
export class TelnetParser {
  readonly #events: TelnetEvents
  #state: State = DATA
  #sub: number[] = []

  constructor(events: TelnetEvents) {
    this.#events = events
  }

  feed(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#state.kind === 'data') at = this.#run(bytes, at)
      else {
        this.#byte(bytes[at] ?? 0, bytes.subarray(at, at + 1))
        at += 1
      }
    }
  }

  /** A run of plain data goes on as it is. */
  #run(bytes: Buffer, from: number): number {
    const iac = bytes.indexOf(TELNET.IAC, from)
    const end = iac < 0 ? bytes.length : iac
    if (end > from) this.#events.data(bytes.subarray(from, end))
    if (iac < 0) return end
    this.#state = COMMAND
    return end + 1
  }

  #byte(byte: number, slice: Buffer): void {
    switch (this.#state.kind) {
      case 'command':
        this.#command(byte, slice)
        break
      case 'verb':
        this.#events.verb(this.#state.verb, byte)
        this.#state = DATA
        break
      case 'sub':
        if (byte === TELNET.IAC) this.#state = SUB_COMMAND
        else this.#keep(byte)
        break
      case 'sub-command':
        this.#subCommand(byte)
        break
      case 'data':
        break
    }
  }

  /** Other commands (NOP, GA, data mark ...) mean nothing on a line that is not kept half duplex. */
  #command(byte: number, slice: Buffer): void {
    const verb = VERBS.get(byte)
    this.#state = DATA
    if (verb) this.#state = { kind: 'verb', verb }
    else if (byte === TELNET.IAC) this.#events.data(slice)
    else if (byte === TELNET.SB) {
      this.#sub = []
      this.#state = SUB
    }
  }

  #subCommand(byte: number): void {
    if (byte === TELNET.IAC) {
      this.#keep(byte)
      this.#state = SUB
      return
    }
    this.#endSub()
    // A server that forgot its SE goes on with the next command.
    this.#state = DATA
    if (byte !== TELNET.SE) this.#command(byte, Buffer.alloc(0))
  }

  #keep(byte: number): void {
    if (this.#sub.length <= MOST_SUB) this.#sub.push(byte)
  }

  #endSub(): void {
    const [option, ...bytes] = this.#sub
    const fits = this.#sub.length <= MOST_SUB
    this.#sub = []
    if (option !== undefined && fits) this.#events.sub(option, Buffer.from(bytes))
  }
}
