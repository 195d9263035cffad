import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { blankControls } from '../base/escape.ts'
import { reasonOf } from '../base/fault.ts'
import { type Command, EXIT } from './io.ts'
import { type FlatEntry, readFlatYaml, readPythonLiterals } from './migrate/flat-file.ts'
import { migrate } from './migrate/migrate.ts'
import { UsageError } from './options.ts'

const USAGE = 'cocod migrate-config config.yml > config.ini (or conf.py); see docs/migrate-from-coco.md'

/**
 * `cocod migrate-config FILE`: a config.ini made of coco's config.yml or conf.py, or koko's config.yml, on standard
 * output; on standard error what has no equivalent. The file is read, never run.
 */
export const migrateConfig: Command = async ([file, ...more], io) => {
  if (file === undefined || file.startsWith('-') || more.length > 0)
    throw new UsageError('which file is to be read?', USAGE)
  const entries = entriesOf(await textOf(resolve(io.cwd, file)), file)
  if (entries.length === 0) throw new UsageError(`${file} holds no configuration of coco or koko`, USAGE)
  const { ini, notes } = migrate(entries, basename(file))
  for (const note of notes) io.stderr.write(`${blankControls(note)}\n`)
  io.stdout.write(ini)
  return EXIT.ok
}

const entriesOf = (text: string, file: string): readonly FlatEntry[] =>
  file.endsWith('.py') ? readPythonLiterals(text) : readFlatYaml(text)

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${reasonOf(cause)}`, USAGE)
  }
}
