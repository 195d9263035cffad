import { escapeControls } from '../base/escape.ts'

/**
 * A path as its bytes: one character a byte (`latin1`), so that names which are no UTF-8 pass unharmed and can still
 * be cut and compared. Only `shown` makes readable text of it.
 */
export type BytePath = string

export const pathOf = (wire: Buffer): BytePath => wire.toString('latin1')
export const wireOf = (path: BytePath): Buffer => Buffer.from(path, 'latin1')
export const pathFromText = (text: string): BytePath => Buffer.from(text).toString('latin1')

/** POSIX's PATH_MAX with its NUL. */
export const MOST_PATH = 4095

/** What no path may have: it would end names early, or write lines of its own into logs (S18). */
export const isUnsafe = (path: BytePath): boolean =>
  path.length > MOST_PATH || path.includes('\0') || path.includes('\n') || path.includes('\r')

/** Absolute, without `.`, `..`, double and last slashes. A relative path counts from `/`. */
export function normalised(path: BytePath): BytePath {
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') kept.pop()
    else kept.push(part)
  }
  return `/${kept.join('/')}`
}

/** Both are normalised. */
export const isWithin = (root: BytePath, path: BytePath): boolean =>
  root === '/' || path === root || path.startsWith(`${root}/`)

/** The name itself: with a slash behind it, a link would be followed. */
export const unslashed = (path: BytePath): BytePath => path.replace(/(?<=[^/])\/+$/, '')

/** The directory a path is in, as dirname(3). */
export function parentOf(path: BytePath): BytePath {
  const trimmed = path.replace(/\/+$/, '')
  const slash = trimmed.lastIndexOf('/')
  if (slash < 0) return '.'
  return trimmed.slice(0, slash).replace(/\/+$/, '') || '/'
}

export const nameOf = (path: BytePath): BytePath => path.replace(/\/+$/, '').split('/').at(-1) ?? ''

export const joined = (directory: BytePath, name: BytePath): BytePath =>
  directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** For people, logs and core: UTF-8 where it is, else the bytes above ASCII as `\xNN`; no controls. */
export function shown(path: BytePath): string {
  try {
    return escapeControls(utf8.decode(wireOf(path)))
  } catch {
    return escapeControls(path).replace(
      /[\u00a0-\u00ff]/g,
      (char) => `\\x${(char.codePointAt(0) ?? 0).toString(16)}`,
    )
  }
}
