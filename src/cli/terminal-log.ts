import { z } from 'zod'
import { shortId } from '../audit/catalogue.ts'
import { escapeControls } from '../base/escape.ts'
import { type Style, styleFor } from '../terminal/ansi.ts'
import type { CliIo } from './io.ts'

const WARN = 40
const INFO = 30
/** Fields of a line that are said in another way, or that nobody reads on a screen. */
const OWN_PLACE = ['level', 'time', 'msg', 'err', 'error', 'login', 'event']

const Line = z.looseObject({ level: z.number(), time: z.string(), msg: z.string().default('') })
const Problem = z.looseObject({
  message: z.string(),
  next: z.string().optional(),
  id: z.string().optional(),
  stack: z.string().optional(),
})
const Scalars = z.array(z.union([z.string(), z.number()]))

/**
 * The log as a person reads it: `13:04:17  session begins  session=s-4f21c09a user=demo`. What has a structure (the
 * algorithms of a login, for instance) is in the JSON form only, which is written wherever stdout is no terminal.
 */
export class TerminalLog {
  readonly #stdout: CliIo['stdout']
  readonly #style: Style
  #calm: boolean

  /** `calm`: until `speak` only warnings are shown, so that the first screen stands alone. */
  constructor({ stdout, env }: Pick<CliIo, 'stdout' | 'env'>, { calm }: { calm: boolean }) {
    this.#stdout = stdout
    this.#style = styleOf(env)
    this.#calm = calm
  }

  /** Shows everything from here on; `onNewLine`: below what the terminal itself printed, such as `^C`. */
  speak({ onNewLine = false } = {}): void {
    this.#calm = false
    if (onNewLine) this.#stdout.write('\n')
  }

  /** Takes one line of pino's. */
  write(text: string): void {
    const line = Line.safeParse(parsed(text))
    if (!line.success) this.#stdout.write(text)
    else if (line.data.level >= (this.#calm ? WARN : 0))
      this.#stdout.write(`${readable(line.data, this.#style)}\n`)
  }
}

/** How this program's own terminal shows emphasis: NO_COLOR and TERM decide (https://no-color.org). */
export const styleOf = (env: CliIo['env']): Style =>
  styleFor({ term: env['TERM'] ?? '', modes: {}, ...(env['NO_COLOR'] && { noColor: true }) })

function readable({ level, time, msg, ...fields }: z.output<typeof Line>, style: Style): string {
  const problem = Problem.safeParse(fields['err'] ?? fields['error'])
  const facts = Object.entries(fields).flatMap(([name, value]) => fact(name, value))
  return [
    style.dim(clockTime(time)),
    ...(label(level) === '' ? [] : [style.bold(label(level))]),
    escapeControls(msg) + (problem.success ? `: ${sentences(problem.data)}` : ''),
    ...(facts.length > 0 ? [style.dim(facts.join(' '))] : []),
  ].join('  ')
}

/** What happened, what to do, and the id; of a fault of the program itself, the stack below. */
function sentences({ message, next, id, stack }: z.output<typeof Problem>): string {
  const todo = next ? `. ${next.charAt(0).toUpperCase()}${next.slice(1).replace(/\.$/, '')}.` : ''
  const name = id ? `   [${id}]` : ''
  // A message of several lines is in the stack too, and must not look like lines of the log.
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [`${escapeControls(message + todo)}${name}`, ...frames.map(escapeControls)].join('\n')
}

function fact(name: string, value: unknown): readonly string[] {
  if (OWN_PLACE.includes(name)) return []
  if (typeof value === 'string') return [`${name}=${quoted(name === 'session' ? shortId(value) : value)}`]
  if (typeof value === 'number' || typeof value === 'boolean') return [`${name}=${value}`]
  const list = Scalars.safeParse(value)
  return list.success && list.data.length > 0 ? [`${name}=${quoted(list.data.join(','))}`] : []
}

const quoted = (text: string): string =>
  /[\s"=]/.test(text) ? `"${escapeControls(text)}"` : escapeControls(text)

const label = (level: number): string => {
  if (level > 50) return 'FATAL'
  if (level > WARN) return 'ERROR'
  if (level > INFO) return 'WARN'
  return level < INFO ? 'debug' : ''
}

/** Local time of day. */
function clockTime(iso: string): string {
  const at = new Date(iso)
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
