const CONTROLS: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  v: '\v',
}
// In order: $'…', '…', $"…" or "…", a backslash and what it protects.
const QUOTED = /\$'((?:[^'\\]|\\[\s\S])*)'|'([^']*)'|\$?"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g
const ESCAPE = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|([\s\S]))/g

/** The text as a shell reads it when its quotes are gone: `r\m`, `"rm"`, `r''m` and `$'\x72m'` are all `rm`. */
export function unquoted(text: string): string {
  return text.replaceAll(QUOTED, (_all, ...groups: readonly (string | undefined)[]) => {
    const [ansi, single, double, escaped] = groups
    if (ansi !== undefined) return ansi.replaceAll(ESCAPE, escapeOf)
    if (double !== undefined) return double.replaceAll(/\\([$`"\\])/g, '$1').replaceAll('\\\n', '')
    return single ?? (escaped === '\n' ? '' : (escaped ?? ''))
  })
}

function escapeOf(
  _all: string,
  ...[hex, short, long, octal, other]: readonly (string | undefined)[]
): string {
  const digits = hex ?? short ?? long
  const code = digits === undefined ? octal && Number.parseInt(octal, 8) : Number.parseInt(digits, 16)
  if (typeof code === 'number') return code <= 0x10ffff ? String.fromCodePoint(code) : ''
  return CONTROLS[other ?? ''] ?? other ?? ''
}
