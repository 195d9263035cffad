const ASTRAL = /[\u{10000}-\u{10ffff}]/gu
const LONE_SURROGATE = /\p{Surrogate}/gu

/**
 * At most `most` code points (core counts characters, not UTF-16 units), without NUL and lone surrogates, which its
 * database refuses.
 */
export function cut(text: string, most: number): string {
  const clean = text.replaceAll('\0', '').replace(LONE_SURROGATE, '\ufffd')
  // Cheap way out: a string never has more code points than units.
  if (clean.length <= most) return clean
  let end = 0
  for (let count = 0; count < most && end < clean.length; count += 1)
    end += (clean.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  return clean.slice(0, end)
}

/** `cut` for a field that core refuses when it is blank. */
export function cutFilled(text: string, most: number, otherwise: string): string {
  const short = cut(text.trim(), most).trim()
  return short === '' ? otherwise : short
}

/** Without 4-byte characters, which a MySQL `utf8` column refuses. */
export const plain = (text: string): string => text.replace(ASTRAL, '\ufffd')
