/** Escape sequences of ECMA-48 and xterm: CSI, the string sequences (OSC, DCS, SOS, PM, APC), and the short ones. */
type State = 'text' | 'escape' | 'intermediate' | 'csi' | 'string' | 'string-escape'

/** Turns what a terminal is sent into plain text, across any cuts: no sequences, no controls but tab and line feed. */
export class ControlStripper {
  #state: State = 'text'

  strip(text: string): string {
    let plain = ''
    for (const char of text) {
      if (this.#state === 'text' && char !== '\u001b') plain += plainOf(char)
      else this.#state = next(this.#state, char)
    }
    return plain
  }
}

function plainOf(char: string): string {
  const code = char.codePointAt(0) ?? 0
  const control = code < 0x20 || (code >= 0x7f && code < 0xa0)
  return control && char !== '\n' && char !== '\t' ? '' : char
}

function next(state: State, char: string): State {
  if (char === '\u0018' || char === '\u001a') return 'text' // CAN and SUB end any sequence
  switch (state) {
    case 'text':
      return 'escape'
    case 'escape':
      return afterEscape(char)
    case 'intermediate':
      return char >= '0' ? 'text' : 'intermediate'
    case 'csi':
      return char === '\u001b' ? 'escape' : char >= '@' ? 'text' : 'csi'
    case 'string':
      return char === '\u0007' || char === '\u009c' ? 'text' : char === '\u001b' ? 'string-escape' : 'string'
    case 'string-escape':
      return char === '\\' ? 'text' : afterEscape(char)
  }
}

function afterEscape(char: string): State {
  if (char === '[') return 'csi'
  if (']PX^_'.includes(char)) return 'string'
  if (char === '\u001b') return 'escape'
  return char >= ' ' && char <= '/' ? 'intermediate' : 'text'
}
