import { clusters } from '../terminal/width.ts'
import { folded, scattered } from './fold.ts'

/**
 * Lights what a query found in a text that is shown: each word where it stands, or, with `loose`, its letters where
 * they are scattered. `light` must not change the width.
 */
export function litText(
  text: string,
  { words, loose, light }: { words: readonly string[]; loose: boolean; light: (part: string) => string },
): string {
  const parts = clusters(text)
  const lit = new Set<number>()
  const { plain, owner } = foldedWithOwners(parts)
  for (const word of words) {
    const at = plain.indexOf(word)
    const places = at >= 0 ? Array.from(word, (_, index) => at + index) : loose ? scattered(plain, word) : []
    for (const place of places ?? []) lit.add(owner[place] ?? -1)
  }
  return lit.size === 0 ? text : joined(parts, lit, light)
}

/** The text as it is compared, and for each of its UTF-16 units which cluster it came from. */
function foldedWithOwners(parts: readonly string[]) {
  let plain = ''
  const owner: number[] = []
  for (const [index, part] of parts.entries()) {
    const same = folded(part)
    plain += same
    for (let unit = 0; unit < same.length; unit++) owner.push(index)
  }
  return { plain, owner }
}

/** Neighbours are lit together. */
function joined(parts: readonly string[], lit: ReadonlySet<number>, light: (part: string) => string): string {
  let text = ''
  let run = ''
  for (const [index, part] of parts.entries()) {
    if (lit.has(index)) run += part
    else {
      text += (run && light(run)) + part
      run = ''
    }
  }
  return text + (run && light(run))
}
