import { isFault, reasonOf } from '../base/fault.ts'
import { ConfigError } from '../config/config.ts'
import { EXIT } from './io.ts'
import { UsageError } from './options.ts'

/** The exit code for what a command threw. */
export function exitCode(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage
  if (error instanceof ConfigError) return EXIT.config
  return isFault(error) ? EXIT.failed : EXIT.software
}

/** What happened and what to do, without a stack unless it is a fault of the program itself. */
export function tell(error: unknown): string {
  if (error instanceof ConfigError) {
    return error.problems
      .map(({ where, message, next }) => `cocod: ${where}: ${message}\n       ${next}\n`)
      .join('')
  }
  if (isFault(error)) return `cocod: ${indented(error.message)}\n       ${indented(error.next)}\n`
  return `cocod: ${error instanceof Error ? (error.stack ?? error.message) : reasonOf(error)}\n`
}

/** An inventory with several mistakes has a line for each. */
const indented = (text: string): string => text.replaceAll('\n', '\n       ')
