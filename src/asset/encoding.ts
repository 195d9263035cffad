import iconv from 'iconv-lite'

/** Encodings an asset may print and read, and the names the converter knows them by. */
const NAMES = {
  'utf-8': 'utf8',
  gb18030: 'gb18030',
  gbk: 'gbk',
  big5: 'big5',
  shift_jis: 'shiftjis',
  latin1: 'latin1',
} as const

export type Charset = keyof typeof NAMES

// This table has exactly these keys.
// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
export const CHARSETS = Object.keys(NAMES) as readonly Charset[]

/** Bytes of one encoding as bytes of another, wherever the chunks are cut: the rest of a character waits for it. */
export interface Converter {
  convert(bytes: Buffer): Buffer
  /** What is left of a character that never came to its end. */
  end(): Buffer
}

/** What an asset prints, as UTF-8. What it may not print becomes U+FFFD. */
export const toUtf8 = (charset: Charset): Converter => converter(charset, 'utf-8')

/** What a person types, which is UTF-8, as the asset reads it. What it has no character for becomes `?`. */
export const fromUtf8 = (charset: Charset): Converter => converter('utf-8', charset)

const SAME: Converter = { convert: (bytes) => bytes, end: () => Buffer.alloc(0) }

function converter(from: Charset, to: Charset): Converter {
  if (from === to) return SAME
  const decoder = iconv.getDecoder(NAMES[from], { stripBOM: false })
  const encoder = iconv.getEncoder(NAMES[to], { addBOM: false })
  return {
    convert: (bytes) => encoder.write(decoder.write(bytes)),
    end: () => {
      const rest = encoder.write(decoder.end() ?? '')
      return Buffer.concat([rest, encoder.end() ?? Buffer.alloc(0)])
    },
  }
}
