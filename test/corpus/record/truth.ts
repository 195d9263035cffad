import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Shell } from './shells.ts'

/** What the shells of a session noted, in order. */
export function truthOf(shell: Shell, home: string): string[] {
  if (shell === 'dash') return readsOf(join(home, '.reads'))
  const noted = notesOf(join(home, '.truth'))
  if (shell !== 'busybox') return noted
  const history = readFileSync(join(home, '.history'), 'utf8').split('\n')
  return history
    .map((line) => line.replace(/^\s*\d+ /, ''))
    .filter((line) => line.trim() !== '')
    .slice(0, -1)
}

/** Notes are RS, an id, TAB, text, LF; a shell that prints its hook twice for one command gives it the same id. */
function notesOf(path: string): string[] {
  const texts: string[] = []
  let before = ''
  for (const note of readFileSync(path, 'utf8').split('\x1e').slice(1)) {
    const tab = note.indexOf('\t')
    const id = note.slice(0, tab)
    if (id === '-' || id !== before) texts.push(note.slice(tab + 1).replace(/\n$/, ''))
    before = id
  }
  return texts
}

/** The lines that dash took from its terminal, by strace. What its builtin `read` takes comes in single bytes. */
function readsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  const reads = [...text.matchAll(/^read\(0, "((?:\\x[0-9a-f]{2})*)", \d{4}\)/gm)]
  const bytes = reads.map(([, hex = '']) => Buffer.from(hex.replaceAll('\\x', ''), 'hex'))
  return Buffer.concat(bytes)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
}
