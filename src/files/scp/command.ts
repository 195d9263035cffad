/** `scp` as a client of the old protocol starts it on the other side. */
export interface ScpCommand {
  /** `-t`: it takes files; `-f`: it gives them. */
  readonly direction: 'upload' | 'download'
  /** What it was told to write to or read from; as typed, the shell there still expands it. */
  readonly path: string
  /** The path must be a directory (`-d`, `-r`), so names are below it. */
  readonly directory: boolean
}

/** The system's own program, with the flags of the protocol: another one of this name may be anything. */
const SCP = /^(?:\/(?:usr\/(?:local\/)?)?bin\/)?scp((?: +-[dfpqrtvBE1]+)+)(?: +--)? +([^-].*)$/s

/**
 * Reads a command line that runs scp and nothing else. Undefined where it might do more: a shell would run what is
 * behind `;`, `$(` and their like.
 */
export function parseScp(command: string): ScpCommand | undefined {
  const [, flags = '', path = ''] = SCP.exec(command) ?? []
  const letters = flags.replaceAll(/[ -]/g, '')
  const [to, from] = [letters.includes('t'), letters.includes('f')]
  // A word that begins with a dash behind the path would be one more flag.
  if (to === from || !isPlain(path) || / -/.test(path)) return undefined
  const directory = /[dr]/.test(letters)
  return { direction: to ? 'upload' : 'download', path: unquoted(path), directory }
}

/** No character that a shell takes for more than a part of an argument. */
function isPlain(text: string): boolean {
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (quote === "'") {
      if (char === "'") quote = ''
    } else if (char === '\\') at += 1
    else if (quote === '"') {
      if (char === '"') quote = ''
      else if (char === '$' || char === '`') return false
    } else if (char === "'" || char === '"') quote = char
    else if (/[;&|<>()$`\n\r#!{}]/.test(char)) return false
  }
  return quote === ''
}

const unquoted = (text: string): string =>
  text.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
    (_, single?: string, double?: string, one?: string) =>
      single ?? double?.replace(/\\(.)/gs, '$1') ?? one ?? '',
  )
