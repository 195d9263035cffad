/** Shorter texts are found everywhere by chance, and hide nothing. */
const LEAST = 6
const GONE = '***'

/** What looks like a secret wherever it stands. */
const PATTERNS: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    `${GONE} (private key)`,
  ],
  [/\b(Bearer|Basic|Sign|BootstrapToken|Token) +[\w.~+/:=-]{6,}/gi, `$1 ${GONE}`],
  [/\b([a-z][a-z+.-]*:\/\/)[^\s/@"'\\]+@/gi, `$1${GONE}@`],
  [
    /(\\?["']?[\w-]*(?:password|passwd|secret|passphrase|token|access_?key|api_?key|cookie|authorization|private_?key|otp|seed|csrf)[\w-]*\\?["']?[ \t]*[:=][ \t]*)(?:\\?"(?:[^"\\]|\\(?!").)*\\?"|'[^']*'|[^\s,;&}\]]+)/gi,
    `$1${GONE}`,
  ],
  [/([?&;][\w-]*(?:token|key|sid|session|sign)[\w-]*=)[^&\s"';]+/gi, `$1${GONE}`],
]

/**
 * Takes secrets out of a text: those that are known, as they stand, as JSON has them and in base64, and whatever has the
 * form of one.
 */
export function scrubber(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length)
  return (text) => {
    const plain = known.reduce((rest, secret) => rest.replaceAll(secret, GONE), text)
    return PATTERNS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), plain)
  }
}

function formsOf(secret: string): readonly string[] {
  if (secret.length < LEAST) return []
  // In base64 the ends depend on the neighbours: the middle is looked for.
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from('x'.repeat(shift) + secret)
      .toString('base64')
      .replace(/=+$/, '')
      .slice(4, -4),
  )
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]
  return [...forms, ...encoded.filter((form) => form.length >= 2 * LEAST)]
}
