// Cells of text on a terminal. JavaScript knows scripts and emoji but not East_Asian_Width, so the wide blocks of
// Unicode's EastAsianWidth.txt (W and F, ambiguous ones count as narrow) are here, as whole blocks.
const WIDE_BLOCKS: ReadonlyArray<readonly [first: number, last: number]> = [
  [0x1100, 0x115f], // Hangul leading consonants
  [0x2329, 0x232a],
  [0x2e80, 0x303e], // CJK radicals, ideographic description, CJK punctuation
  [0x3041, 0x33ff], // Kana, Bopomofo, enclosed and squared CJK
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf], // CJK ideographs, Yi
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3], // Hangul syllables
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60], // fullwidth forms
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff], // Tangut, Khitan
  [0x1aff0, 0x1b2ff], // Kana supplements, Nushu
  [0x1f200, 0x1f2ff],
  [0x20000, 0x3fffd], // the ideographic planes
]

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\p{Zl}\p{Zp}\u1160-\u11ff]*$/u
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u
const VISIBLE = /[^\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]/u

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** What a person calls characters: a base with its combining marks, a joined emoji, a flag (UAX #29). */
export function clusters(text: string): readonly string[] {
  if (PRINTABLE_ASCII.test(text)) return [...text]
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** Cells one cluster takes: 0, 1 or 2. */
export function clusterWidth(cluster: string): number {
  if (PRINTABLE_ASCII.test(cluster)) return cluster.length
  if (ZERO.test(cluster)) return 0
  if (EMOJI.test(cluster)) return 2
  return isWide(VISIBLE.exec(cluster)?.[0]?.codePointAt(0) ?? 0) ? 2 : 1
}

/** Cells a text takes on one line; control characters count as none and belong in no text that is shown. */
export function textWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  return clusters(text).reduce((sum, cluster) => sum + clusterWidth(cluster), 0)
}

/** Cuts a text to at most `width` cells; where something is lost the last cell is `…`. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  if (width < 1) return ''
  let kept = ''
  let used = 0
  for (const cluster of clusters(text)) {
    used += clusterWidth(cluster)
    if (used > width - 1) break
    kept += cluster
  }
  return `${kept}…`
}

/** Fills a text with blanks to `width` cells; longer ones stay as they are. */
export function padText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)))
  return align === 'left' ? text + blanks : blanks + text
}

const isWide = (code: number): boolean => WIDE_BLOCKS.some(([first, last]) => code >= first && code <= last)
