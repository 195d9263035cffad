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
  const decoder = decoderOf(from)
  const encoder = iconv.getEncoder(NAMES[to], { addBOM: false })
  return {
    convert: (bytes) => encoder.write(decoder.write(bytes)),
    end: () => Buffer.concat([encoder.write(decoder.end()), encoder.end() ?? Buffer.alloc(0)]),
  }
}

interface TextSource {
  write(bytes: Buffer): string
  end(): string
}

/**
 * Node's own where it is right: iconv-lite loses half of a pair of surrogates whose last byte comes alone. Shift_JIS has
 * none of these, and Node's exchanges DEL and SUB in it.
 */
function decoderOf(charset: Charset): TextSource {
  if (charset === 'shift_jis' || charset === 'latin1') {
    const decoder = iconv.getDecoder(NAMES[charset], { stripBOM: false })
    return { write: (bytes) => decoder.write(bytes), end: () => decoder.end() ?? '' }
  }
  const decoder = new TextDecoder(charset, { ignoreBOM: true })
  return { write: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() }
}
