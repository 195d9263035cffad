import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { HostKeyAdmin, type PinnedKey } from '../asset/host-key-admin.ts'
import { systemClock } from '../base/clock.ts'
import { knownHostsPath } from '../base/data-dir.ts'
import { blankControls } from '../base/escape.ts'
import { recordAct } from './acts.ts'
import { columns, minuteOf } from './columns.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'

const USAGE =
  'cocod hostkey list [--json] | accept NAME [SHA256:...] | forget NAME | import FILE; a NAME is an asset, an address or address:port'

/** `cocod hostkey …`: the pinned host keys of assets and gateways; a running daemon sees a change at once. */
export const hostkey: Command = async (args, io) => {
  const { config, words, switches } = readCommandLine(args, io, ['json'])
  const [verb = 'list', subject, wanted, ...rest] = words
  const { DATA_DIR } = config.settings
  const admin = new HostKeyAdmin(knownHostsPath(DATA_DIR), systemClock)
  if (verb === 'list' && subject === undefined) return await list(admin, io, switches.has('json'))
  const most = verb === 'accept' ? 3 : 2
  if (
    !['accept', 'forget', 'import'].includes(verb) ||
    subject === undefined ||
    words.length > most ||
    rest.length > 0
  ) {
    throw new UsageError(
      subject === undefined
        ? 'what is missing is said below'
        : `cocod hostkey does not know “${words.join(' ')}”`,
      USAGE,
    )
  }
  const onChange: OnChange = (facts) => recordAct(DATA_DIR, io, 'hostkey-change', { act: verb, ...facts })
  if (verb === 'accept') return await accept(admin, { ...io, onChange }, { subject, wanted })
  if (verb === 'forget') return await forget(admin, { ...io, onChange }, subject)
  return await importFile(admin, { ...io, onChange }, resolve(io.cwd, subject))
}

type OnChange = (facts: Readonly<Record<string, string | number>>) => Promise<void>
type Changing = CliIo & { readonly onChange: OnChange }

async function list(admin: HostKeyAdmin, { stdout }: CliIo, json: boolean): Promise<number> {
  const keys = await admin.list()
  if (json) {
    const shown = ({ host, name, type, fingerprint, at }: PinnedKey) => ({
      host,
      name,
      type,
      fingerprint,
      at,
    })
    stdout.write(`${JSON.stringify({ pinned: keys.pinned.map(shown), refused: keys.refused.map(shown) })}\n`)
    return EXIT.ok
  }
  if (keys.pinned.length === 0) stdout.write('No host key is pinned.\n')
  stdout.write(columns(keys.pinned.map((key) => row(key, 'since'))))
  if (keys.refused.length === 0) return EXIT.ok
  stdout.write('\nRefused; check one on its machine, then: cocod hostkey accept NAME\n')
  stdout.write(columns(keys.refused.map((key) => row(key, 'seen'))))
  return EXIT.ok
}

const row = ({ host, name, type, fingerprint, at }: PinnedKey, word: string): readonly string[] => [
  host.startsWith('|') ? '(hashed)' : host,
  name || '-',
  type,
  fingerprint,
  at === 0 ? '' : `${word} ${minuteOf(at)}`,
]

async function accept(
  admin: HostKeyAdmin,
  { stdout, onChange }: Changing,
  { subject, wanted }: { subject: string; wanted: string | undefined },
): Promise<number> {
  for (const { key, instead } of await admin.accept(subject, wanted)) {
    const before = instead.map(({ fingerprint }) => fingerprint).join(', ')
    await onChange({ host: key.host, asset: key.name, fingerprint: key.fingerprint, before })
    stdout.write(
      `${placeOf(key)}: ${key.fingerprint} (${key.type}) is pinned${before && `, no longer ${before}`}.\n`,
    )
  }
  return EXIT.ok
}

async function forget(admin: HostKeyAdmin, { stdout, onChange }: Changing, subject: string): Promise<number> {
  for (const key of await admin.forget(subject)) {
    await onChange({ host: key.host, asset: key.name, fingerprint: key.fingerprint })
    stdout.write(`${placeOf(key)}: ${key.fingerprint} (${key.type}) is no longer pinned.\n`)
  }
  return EXIT.ok
}

/** Exit code 1 when a line was left out. */
async function importFile(
  admin: HostKeyAdmin,
  { stdout, stderr, onChange }: Changing,
  file: string,
): Promise<number> {
  const { added, known, skipped } = await admin.import(await readText(file))
  await onChange({ file, added, known, skipped: skipped.length })
  for (const { line, why } of skipped) stderr.write(`${file}:${line}: ${blankControls(why)}\n`)
  stdout.write(`${added} added, ${known} known already, ${skipped.length} left out.\n`)
  return skipped.length === 0 ? EXIT.ok : EXIT.failed
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new UsageError(
      `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      USAGE,
    )
  }
}

const placeOf = ({ host, name }: PinnedKey): string => blankControls(name ? `${name} (${host})` : host)
