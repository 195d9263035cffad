import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type Command, EXIT } from './io.ts'

const Package = z.object({ version: z.string() })

/** The version in package.json, which lies beside dist/ and beside src/. */
export const programVersion = (): string =>
  Package.parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))).version

export const version: Command = async (_args, { stdout }) => {
  stdout.write(`cocod ${programVersion()} (node ${process.versions.node})\n`)
  return EXIT.ok
}
