import { z } from 'zod'
import { blankControls } from '../base/escape.ts'
import { askDaemon } from './ask-daemon.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'
import { takeOptions } from './own-options.ts'

const USAGE = 'cocod doctor asset NAME [--as USER] [--account NAME] [--json]'

const Check = z.looseObject({
  name: z.string(),
  state: z.enum(['ok', 'warn', 'FAIL']),
  text: z.string(),
  next: z.string().optional(),
  ms: z.number().optional(),
})
const Report = z.looseObject({
  asset: z.string(),
  address: z.string(),
  account: z.string(),
  user: z.string(),
  checks: z.array(Check),
})
type Report = z.output<typeof Report>

/** `cocod doctor asset NAME`: the running daemon looks at the way there, step by step; exit code 1 when it is barred. */
export const doctor: Command = async (args, io) => {
  const { own, rest } = takeOptions(args, ['as', 'account'])
  const { config, words, switches } = readCommandLine(rest, io, ['json'])
  const [what, asset, ...more] = words
  if (what !== 'asset' || asset === undefined || more.length > 0) {
    throw new UsageError('cocod doctor examines one asset', USAGE)
  }
  const request = { command: 'doctor.asset', asset, ...own }
  const report = await askDaemon(config.settings.DATA_DIR, request, Report)
  const failed = report.checks.some(({ state }) => state === 'FAIL')
  if (switches.has('json'))
    io.stdout.write(`${JSON.stringify({ ...report, verdict: failed ? 'failed' : 'ok' })}\n`)
  else tell(io, report)
  return failed ? EXIT.failed : EXIT.ok
}

function tell({ stdout }: CliIo, { asset, address, account, user, checks }: Report): void {
  const lines = checks.flatMap(({ name, state, text, next, ms }) => [
    ` ${state.padEnd(4)} ${name.padEnd(11)} ${text}${ms === undefined ? '' : ` in ${ms} ms`}`,
    ...(state === 'ok' || next === undefined ? [] : [`${' '.repeat(18)}${next}`]),
  ])
  const count = (state: string): number => checks.filter((check) => check.state === state).length
  const verdict = count('FAIL') > 0 ? `${asset} cannot be used.` : `${asset} can be used.`
  const head = `${account}@${asset} (${address}), as ${user} would reach it`
  stdout.write(`${[head, ...lines, verdict].map(blankControls).join('\n')}\n`)
}
