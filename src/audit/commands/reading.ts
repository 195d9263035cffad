import type { Confidence } from '../command-detector.ts'

/** What the keys say about a line. */
export interface Typed {
  readonly text: string
  readonly sure: boolean
}

export interface Reading {
  readonly text: string
  readonly confidence: Confidence
}

/**
 * What the line was, from what stood on the screen after the prompt and from the keys. `undefined`: nothing that was
 * shown, so an empty line or a secret. The keys' text is only ever returned when all its characters were seen.
 */
export function decide(typed: Typed, shown: string, editor: boolean): Reading | undefined {
  const seen = shown.trimEnd()
  const keys = typed.text.trimEnd()
  if (seen.trim() === '' || isMask(seen, keys)) return undefined
  if (!typed.sure) return { text: seen, confidence: 'screen' }
  if (keys.trim() === '') return undefined
  if (seen.includes(keys) || bare(seen) === bare(keys)) return { text: keys, confidence: 'screen' }
  const among = standsAmong(keys, seen)
  // Other output came between, on rows of its own.
  if (among && seen.includes('\n')) return { text: keys, confidence: 'screen' }
  // A line editor may have put something else there: an abbreviation, a macro. Without one it was not echoed.
  return editor || among ? { text: seen, confidence: 'typed' } : undefined
}

/** Whether the screen shows all that was typed, in its order. */
export function standsAmong(keys: string, shown: string): boolean {
  const [wanted, found] = [bare(keys), bare(shown)]
  if (wanted === '' || wanted.length * 4 < found.length) return false
  let at = 0
  for (const character of found) {
    if (wanted.startsWith(character, at)) at += character.length
  }
  return at === wanted.length
}

/** Stars for each character: a masked secret. */
function isMask(shown: string, keys: string): boolean {
  return /^[*•●]+$/u.test(shown.trim()) && shown.trim() !== keys.trim()
}

const bare = (text: string): string => text.replaceAll(/\s/g, '')

/** Cuts the text of a right prompt, which stands two blanks or more after what was typed. */
export function withoutRight(text: string, right: string): string {
  if (right === '') return text
  const [first = '', ...rest] = text.split('\n')
  const before = first.endsWith(right) ? first.slice(0, -right.length) : undefined
  if (before === undefined || !(before.endsWith('  ') || before.trim() === '')) return text
  return [before.trimEnd(), ...rest].join('\n')
}

/**
 * History expansion (`!!`, `!$`, `!ls`): bash and zsh print the line that runs before they run it. Returns that when
 * `printed` can be what became of `line`.
 */
export function expanded(line: string, printed: string): string | undefined {
  const events = /(?<![\\\w])!(?:!|\$|\^|\*|-?\d+|\??[A-Za-z][^\s;|&]*)(?::[^\s;|&]+)*/g
  if (!events.test(line)) return undefined
  const around = line.split(events).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
  return new RegExp(`^${around.join('.*')}$`, 'u').test(printed) ? printed : undefined
}
