/** Programs that carry whole files through their input and output, in protocols that are not followed here. */
const CARRIERS: ReadonlySet<string> = new Set([
  'rsync',
  'scp',
  'sftp-server',
  'tar',
  'gtar',
  'bsdtar',
  'cpio',
  'pax',
  'dd',
  'unison',
  'rdiff-backup',
  'borg',
  'restic',
  'lrzsz',
  'rz',
  'sz',
])

const WRAPPERS: ReadonlySet<string> = new Set([
  'sudo',
  'nice',
  'ionice',
  'env',
  'exec',
  'command',
  'nohup',
  'time',
])
/** `cat > file` and `cat < file` are how files are carried without any program for it. */
const REDIRECTED = /(?:^|[;&|(]\s*)(?:cat|tee|head)\b[^;&|]*[<>]\s*\S/

/**
 * The program in a command that is known to carry files unseen, or undefined. It reads words, as a guard against
 * mistakes and habits: a shell can always be made to carry bytes.
 */
export function carrierIn(command: string): string | undefined {
  for (const part of command.split(/[;&|\n()`]+/)) {
    const name = programOf(part)
    if (name !== undefined && CARRIERS.has(name)) return name
  }
  return REDIRECTED.test(command) ? 'cat' : undefined
}

/** The first word that is a program: not an assignment, an option or a wrapper. */
function programOf(part: string): string | undefined {
  for (const word of part.trim().split(/\s+/)) {
    const name =
      word
        .replaceAll(/["'\\]/g, '')
        .split('/')
        .at(-1) ?? ''
    if (/^\w+=/.test(word) || word.startsWith('-') || WRAPPERS.has(name)) continue
    return name === '' ? undefined : name
  }
  return undefined
}
