import type { ITheme } from '@xterm/xterm'
import { kept } from './dom.ts'

// Contrast to the ground is at least 4.5 in both, also for the sixteen colours of the terminal.
const DARK: ITheme = {
  background: '#14171c',
  foreground: '#e4e7ec',
  cursor: '#ffd166',
  cursorAccent: '#14171c',
  selectionBackground: '#3b5b8a',
  black: '#7b8494',
  red: '#ff7a85',
  green: '#7fd88f',
  yellow: '#f2cc60',
  blue: '#7cb7ff',
  magenta: '#dda0ff',
  cyan: '#6fdbe0',
  white: '#e4e7ec',
  brightBlack: '#8b95a5',
  brightRed: '#ff9aa2',
  brightGreen: '#9fe8ab',
  brightYellow: '#ffe08a',
  brightBlue: '#a3ccff',
  brightMagenta: '#eabfff',
  brightCyan: '#9aeef0',
  brightWhite: '#ffffff',
}

const LIGHT: ITheme = {
  background: '#fbfbf9',
  foreground: '#1d2430',
  cursor: '#9a4b00',
  cursorAccent: '#fbfbf9',
  selectionBackground: '#b9d4f7',
  black: '#1d2430',
  red: '#b3141f',
  green: '#176b2c',
  yellow: '#7a5800',
  blue: '#0b51b0',
  magenta: '#8a1fa0',
  cyan: '#066670',
  white: '#5b6472',
  brightBlack: '#5b6472',
  brightRed: '#c41e2a',
  brightGreen: '#1d7a35',
  brightYellow: '#805c00',
  brightBlue: '#1a5fc4',
  brightMagenta: '#9a2fb0',
  brightCyan: '#0b7480',
  brightWhite: '#1d2430',
}

const listeners = new Set<() => void>()
const system = matchMedia('(prefers-color-scheme: dark)')
system.addEventListener('change', apply)

function isDark(): boolean {
  const chosen = kept.get('theme')
  return chosen === undefined ? system.matches : chosen === 'dark'
}

function apply(): void {
  document.documentElement.dataset['theme'] = isDark() ? 'dark' : 'light'
  for (const listener of listeners) listener()
}

export const terminalTheme = (): ITheme => (isDark() ? DARK : LIGHT)

export function switchTheme(): void {
  kept.set('theme', isDark() ? 'light' : 'dark')
  apply()
}

/** Calls at each change of light and dark. */
export const onTheme = (listener: () => void): void => void listeners.add(listener)

apply()
