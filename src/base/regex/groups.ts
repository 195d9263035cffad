import type { Flags } from './chars.ts'
import type { Cursor } from './cursor.ts'

/** The groups of a pattern while it is read: how many there are, their names, and which are still open. */
export class Groups {
  readonly #names = new Map<string, number>()
  readonly #open = new Set<number>()
  #count = 0

  begin(cursor: Cursor, name?: string): number {
    this.#count++
    if (name !== undefined) {
      if (this.#names.has(name)) throw cursor.fault(`redefinition of group name '${name}'`)
      this.#names.set(name, this.#count)
    }
    this.#open.add(this.#count)
    return this.#count
  }

  end(number: number): void {
    this.#open.delete(number)
  }

  /** A group that may be referred to here. */
  byName(cursor: Cursor, name: string): number {
    const number = this.#names.get(name)
    if (number === undefined) throw cursor.fault(`unknown group name '${name}'`)
    return this.closed(cursor, number)
  }

  closed(cursor: Cursor, number: number): number {
    if (number > this.#count) throw cursor.fault(`invalid group reference ${number}`)
    if (this.#open.has(number)) throw cursor.fault('cannot refer to an open group')
    return number
  }

  get count(): number {
    return this.#count
  }
}

export function groupName(cursor: Cursor, end: string): string {
  const name = cursor.until(end, 'group name')
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw cursor.fault(`bad character in group name '${name}'`)
  return name
}

const FLAG_OF: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'verbose',
  a: 'ascii',
}

/** `i-s` of `(?i-s:…)`. `u` is the default and takes `a` back. */
export function readFlags(cursor: Cursor, flags: Flags): { flags: Flags; global: boolean } {
  const on = cursor.while(/[aimsuxLt]/)
  if (/[Lt]/.test(on) || (on.includes('a') && on.includes('u'))) {
    throw cursor.fault(`bad inline flags: '${on}'`)
  }
  const minus = cursor.eat('-')
  const off = minus ? cursor.while(/[imsx]/) : ''
  if (minus && off === '') throw cursor.fault('missing flag')
  if ([...off].some((letter) => on.includes(letter))) {
    throw cursor.fault('bad inline flags: flag turned on and off')
  }
  const changed = { ...flags }
  for (const letter of on) {
    const flag = FLAG_OF[letter]
    if (flag) changed[flag] = true
    else changed.ascii = false
  }
  for (const letter of off) changed[FLAG_OF[letter] ?? 'ascii'] = false
  if (on + off === '') throw cursor.fault('unknown extension')
  const global = !minus && cursor.eat(')')
  if (!global && !cursor.eat(':')) throw cursor.fault('unknown flag')
  return { flags: changed, global }
}
