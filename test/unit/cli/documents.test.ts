import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { CliIo } from '../../../src/cli/io.ts'
import { readCommandLine, refuseWords } from '../../../src/cli/options.ts'
import { takeOptions } from '../../../src/cli/own-options.ts'
import { OPTIONS } from '../../../src/cli/replay.ts'

const root = join(import.meta.dirname, '../../..')
const io: CliIo = {
  stdin: new PassThrough(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  env: {},
  cwd: '/nowhere',
}

const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  start: ['standalone', 'detach'],
  status: ['json'],
  stop: ['drain'],
  session: ['json', 'write'],
}

/** Command lines of the program in a document: in indented lines and in `code`. */
function commandLines(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8')
  const indented = [...text.matchAll(/^ {4}(.*)$/gm)].map(([, line = '']) => line)
  const inline = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  return [...indented, ...inline]
    .map((line) =>
      /^(?:[A-Z_]+=\S+ )*(?:node bin\/)?cocod (start|stop|status|session|replay)\b(.*)$/.exec(line),
    )
    .flatMap((found) => (found ? [`${found[1]}${found[2]}`.replace(/ +[#>].*$/, '').trim()] : []))
}

function check(line: string): void {
  const [command = '', ...args] = line.match(/'[^']*'|\S+/g) ?? []
  if (command === 'session') {
    const { rest } = takeOptions(args, ['reason', 'users', 'minutes'])
    const [verb = 'list'] = readCommandLine(rest, io, SWITCHES[command]).words
    expect(['list', 'end', 'watch', 'join', 'lock', 'unlock', 'share']).toContain(verb)
    return
  }
  if (command !== 'replay') {
    const long = args.map((each) => (command === 'start' && each === '-d' ? '--detach' : each))
    refuseWords(command, readCommandLine(takeOptions(long, ['timeout']).rest, io, SWITCHES[command]).words)
    return
  }
  const { words } = readCommandLine(takeOptions(args, OPTIONS).rest, io)
  const [verb = 'list', id] = words
  expect(['list', 'play', 'search', 'verify', 'export']).toContain(verb)
  if (id !== undefined && verb !== 'search') expect(id).toMatch(/^(s-[\da-f]{8}|ID)$/)
}

test.each([
  ['README.md', 6],
  ['CHANGELOG.md', 3],
  ['docs/standalone.md', 1],
  ['docs/recordings.md', 12],
  ['docs/architecture.md', 1],
])('every command line in %s is one that the program takes', (document, least) => {
  const lines = commandLines(document)
  expect(lines.length).toBeGreaterThanOrEqual(least)
  for (const line of lines) expect(() => check(line), line).not.toThrow()
})
