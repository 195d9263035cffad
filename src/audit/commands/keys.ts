/** One key, or a run of plain characters, as the person's terminal sent it. */
export type Key =
  | { readonly kind: 'text'; readonly text: string }
  /** A C0 control or DEL. */
  | { readonly kind: 'control'; readonly text: string }
  /** A function key or a key with Alt: ESC and what follows. */
  | { readonly kind: 'sequence'; readonly text: string }
  /** Bracketed paste begins or ends. */
  | { readonly kind: 'paste'; readonly on: boolean }

const ESC = '\x1b'
/** Longer than any reply a terminal gives; what goes on longer is no reply. */
const MOST_REPLY = 4096
const TEXT = /[^\x00-\x1f\x7f]+/y
const CSI = /\x1b\[(?:\[[A-Z]|[0-?]*[ -/]*[@-~])/y
const CSI_BEGUN = /^\x1b\[(?:\[?|[0-?]{0,64}[ -/]{0,8})$/
const SS3 = /\x1bO[ -~]/y
/** OSC, DCS, APC, PM, SOS with their terminator; no control may stand in them, so Alt-] hides no Enter. */
const STRING = /\x1b[\]P_^X][^\x00-\x1f\x7f]*(?:\x07|\x1b\\)/y
const STRING_BEGUN = /^\x1b[\]P_^X][^\x00-\x1f\x7f]*\x1b?$/
/** Answers to DA, CPR, DSR, DECRPM, window and key queries; focus and mouse reports. Nobody typed them. */
const REPLY =
  /^\x1b\[(?:[?>=][\d;]*c|\??\d+;\d+(?:;\d+)?R|\??[\d;]*n|\?[\d;]*\$y|[\d;]+t|\?\d*u|[IO]|<[\d;]+[Mm])$/

/** Cuts a stream of input into keys. Packets may be cut anywhere; what a terminal answers by itself is left out. */
export class KeySplitter {
  readonly #decoder = new TextDecoder('utf-8')
  /** The packet before ended within a sequence. */
  #rest: string = ''

  split(bytes: Uint8Array): Key[] {
    const keys: Key[] = []
    const escapeWasAlone = this.#rest === ESC
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true })
    this.#rest = ''
    let at = 0
    if (escapeWasAlone && text.length > 1 && !/[[\]OP_^X]/.test(text.charAt(1))) {
      // The key Esc in a packet of its own, not the first half of a longer one.
      keys.push({ kind: 'sequence', text: ESC })
      at = 1
    }
    while (at < text.length) {
      const step = this.#next(text, at)
      if (step === undefined) {
        this.#rest = text.slice(at)
        break
      }
      at += step.length
      if (step.key) keys.push(step.key)
    }
    return keys
  }

  /** What was the beginning of something, once nothing more has come: the key Esc, mostly. */
  takeRest(): string {
    const rest = this.#rest
    this.#rest = ''
    return rest
  }

  /** `undefined`: the rest is the beginning of something. */
  #next(text: string, at: number): { length: number; key?: Key } | undefined {
    const char = text.charAt(at)
    if (char === ESC) return this.#escape(text, at)
    if (isControl(char)) return { length: 1, key: { kind: 'control', text: char } }
    const run = match(TEXT, text, at) ?? char
    return { length: run.length, key: { kind: 'text', text: run } }
  }

  #escape(text: string, at: number): { length: number; key?: Key } | undefined {
    const string = match(STRING, text, at)
    if (string) return { length: string.length }
    const sequence = match(CSI, text, at) ?? match(SS3, text, at)
    if (sequence) {
      const key = keyOf(sequence)
      return key ? { length: sequence.length, key } : { length: sequence.length }
    }
    const left = text.slice(at, at + MOST_REPLY)
    const begun = left === ESC || left === '\x1bO' || CSI_BEGUN.test(left) || STRING_BEGUN.test(left)
    if (begun && left.length < MOST_REPLY) return undefined
    const second = String.fromCodePoint(text.codePointAt(at + 1) ?? 0)
    // Esc and then Enter are two keys.
    const whole = isControl(second) ? ESC : ESC + second
    return { length: whole.length, key: { kind: 'sequence', text: whole } }
  }
}

function keyOf(sequence: string): Key | undefined {
  if (sequence === '\x1b[200~') return { kind: 'paste', on: true }
  if (sequence === '\x1b[201~') return { kind: 'paste', on: false }
  return REPLY.test(sequence) ? undefined : { kind: 'sequence', text: sequence }
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

const isControl = (char: string): boolean => char < ' ' || char === '\x7f'
