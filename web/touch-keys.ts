import { h } from './dom.ts'

const KEYS: ReadonlyArray<readonly [string, string]> = [
  ['Esc', '\x1b'],
  ['Tab', '\t'],
  ['^C', '\x03'],
  ['^D', '\x04'],
  ['^Z', '\x1a'],
  ['^R', '\x12'],
  ['←', '\x1b[D'],
  ['↑', '\x1b[A'],
  ['↓', '\x1b[B'],
  ['→', '\x1b[C'],
  ['|', '|'],
  ['/', '/'],
  ['-', '-'],
  ['~', '~'],
]

/** Keys that a phone's keyboard lacks; shown where there is no better pointer than a finger. */
export function touchKeys(type: (bytes: Uint8Array) => void): HTMLElement {
  const encoder = new TextEncoder()
  const press = (event: Event, keys: string): void => {
    // Not a click: that would take the focus, and with it the phone's keyboard, from the terminal.
    event.preventDefault()
    type(encoder.encode(keys))
  }
  const buttons = KEYS.map(([label, keys]) =>
    h('button', { class: 'quiet', tabindex: '-1', onpointerdown: (event) => press(event, keys) }, label),
  )
  return h('div', { class: 'touch-keys', role: 'toolbar' }, ...buttons)
}
