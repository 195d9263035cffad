import { escapeControls } from '../base/escape.ts'
import { Utf8Decoder } from './utf8.ts'

/**
 * A key as the person meant it. `text` is one code point. Names of the others: `enter`, `tab`, `backspace`, `delete`,
 * `insert`, `escape`, `up`, `down`, `left`, `right`, `home`, `end`, `page-up`, `page-down`, `f1`..`f4`, and with
 * `ctrl-`, `alt-`, `shift-` before them (in this order); `ctrl-a`..`ctrl-z` and `alt-<character>`.
 */
export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'press'; readonly name: string }

type State =
  | { readonly kind: 'ground' }
  | { readonly kind: 'escape' }
  | { readonly kind: 'csi'; readonly parameters: string }
  | { readonly kind: 'ss3' }
  /** OSC, DCS, APC, PM, SOS: answers of the terminal, up to BEL or ST. */
  | { readonly kind: 'string' }
  /** Bytes that belong to a sequence already understood: an old mouse report, a function key of the Linux console. */
  | { readonly kind: 'skip'; readonly left: number }

const GROUND: State = { kind: 'ground' }
const ESCAPE: State = { kind: 'escape' }

const BEL = 0x07
const ETX = 0x03
const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const ESC = 0x1b
const DEL = 0x7f
/** The letter after SS3. */
const KEYPAD_ENTER = 0x4d

/** Longer parameters are nonsense; they are swallowed without being kept. */
const MOST_PARAMETERS = 32

const FINALS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'shift-tab',
}
const NUMBERED: Readonly<Record<string, string>> = {
  '1': 'home',
  '2': 'insert',
  '3': 'delete',
  '4': 'end',
  '5': 'page-up',
  '6': 'page-down',
  '7': 'home',
  '8': 'end',
}
const STRING_INTRODUCERS = new Set([...']PX^_'].map((char) => char.charCodeAt(0)))

/**
 * Turns a terminal's bytes into keys, one byte at a time, so that packet edges do not matter and what comes after an
 * Enter can be given back untouched. Never throws; an escape sequence never becomes text, known or not; C0 controls
 * end any unfinished sequence, so that no garbage keeps an Enter or a Ctrl-C from being heard.
 */
export class KeyDecoder {
  readonly #utf8 = new Utf8Decoder()
  #state: State = GROUND
  #pasting = false
  #afterCr = false

  /** The key that this byte completes, if any. */
  push(byte: number): Key | undefined {
    if (byte === ESC) return this.#to(ESCAPE)
    if (byte < 0x20) return this.#control(byte)
    const state = this.#state
    switch (state.kind) {
      case 'ground':
        return this.#ground(byte)
      case 'escape':
        return this.#escape(byte)
      case 'csi':
        return this.#csi(byte, state.parameters)
      case 'ss3':
        return this.#finish(byte === KEYPAD_ENTER ? 'enter' : FINALS[String.fromCharCode(byte)])
      case 'string':
        return undefined
      case 'skip':
        return this.#to(state.left > 1 ? { kind: 'skip', left: state.left - 1 } : GROUND)
    }
  }

  /** Whether the last byte was an Esc that may be a key, or begin a sequence. */
  get isEscape(): boolean {
    return this.#state.kind === 'escape'
  }

  /** Nothing followed the Esc: it was the key. */
  escape(): Key | undefined {
    return this.isEscape ? this.#finish('escape') : undefined
  }

  #to(state: State): undefined {
    this.#utf8.reset()
    this.#state = state
  }

  #control(byte: number): Key | undefined {
    const was = this.#state
    this.#to(GROUND)
    if (this.#pasting && byte !== ETX) return this.#pasted(byte)
    this.#pasting = false // Ctrl-C, for a terminal that never says where its paste ends
    if (was.kind === 'string' && byte === BEL) return undefined
    if (byte === CR || byte === LF) return press('enter')
    if (byte === TAB) return press('tab')
    if (byte === 0x08) return press('backspace')
    if (byte === 0 || byte > 0x1a) return undefined
    return press(`ctrl-${String.fromCharCode(byte + 0x60)}`)
  }

  /** In a paste line ends and tabs are blanks (CR LF one of them), other controls nothing: pasting runs nothing. */
  #pasted(byte: number): Key | undefined {
    const second = byte === LF && this.#afterCr
    this.#afterCr = byte === CR
    return !second && (byte === CR || byte === LF || byte === TAB) ? { kind: 'text', text: ' ' } : undefined
  }

  #ground(byte: number): Key | undefined {
    this.#afterCr = false
    if (byte === DEL) return this.#pasting ? undefined : press('backspace')
    const text = this.#utf8.push(byte)
    // What escapes differently than it looks (C1, bidirectional controls) could turn a line around.
    return text === undefined || escapeControls(text) !== text ? undefined : { kind: 'text', text }
  }

  #escape(byte: number): Key | undefined {
    const char = String.fromCharCode(byte)
    if (char === '[') return this.#to({ kind: 'csi', parameters: '' })
    if (char === 'O') return this.#to({ kind: 'ss3' })
    if (STRING_INTRODUCERS.has(byte)) return this.#to({ kind: 'string' })
    if (byte === DEL) return this.#finish('alt-backspace')
    return this.#finish(byte > 0x20 && byte < DEL && char !== '\\' ? `alt-${char.toLowerCase()}` : undefined)
  }

  #csi(byte: number, parameters: string): Key | undefined {
    const char = String.fromCharCode(byte)
    if (char === '[' && parameters === '') return this.#to({ kind: 'skip', left: 1 })
    if (char === 'M' && parameters === '') return this.#to({ kind: 'skip', left: 3 })
    if (byte >= 0x40 && byte <= 0x7e) return this.#csiKey(parameters, char)
    if (parameters.length < MOST_PARAMETERS) this.#state = { kind: 'csi', parameters: parameters + char }
    return undefined
  }

  #csiKey(parameters: string, final: string): Key | undefined {
    if (final === '~' && (parameters === '200' || parameters === '201')) {
      this.#pasting = parameters === '200'
      return this.#to(GROUND)
    }
    const [number = '', modifiers = ''] = parameters.split(';')
    const name = final === '~' ? NUMBERED[number] : FINALS[final]
    if (name === undefined || (final !== '~' && number !== '' && number !== '1')) return this.#to(GROUND)
    return this.#finish(modifierPrefix(modifiers) + name)
  }

  #finish(name: string | undefined): Key | undefined {
    this.#to(GROUND)
    return name === undefined || this.#pasting ? undefined : press(name)
  }
}

const press = (name: string): Key => ({ kind: 'press', name })

/** xterm's modifier parameter: 1 + shift 1 + alt 2 + ctrl 4. */
function modifierPrefix(parameter: string): string {
  const bits = /^[2-9]$/.test(parameter) ? Number(parameter) - 1 : 0
  return `${bits & 4 ? 'ctrl-' : ''}${bits & 2 ? 'alt-' : ''}${bits & 1 ? 'shift-' : ''}`
}
