export const UP = '\x1b[A'
export const DOWN = '\x1b[B'
export const LEFT = '\x1b[D'
export const RIGHT = '\x1b[C'
export const HOME = '\x1b[H'
export const END = '\x1b[F'
export const DELETE = '\x1b[3~'
export const BACK = '\x7f'
export const TAB = '\t'
export const ESC = '\x1b'
export const ctrl = (letter: string): string => String.fromCharCode(letter.toUpperCase().charCodeAt(0) & 31)
export const pasted = (text: string): string => `\x1b[200~${text.replaceAll('\n', '\r')}\x1b[201~`
