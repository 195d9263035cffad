import { open, readdir, stat, statfs, writeFile } from 'node:fs/promises'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { blankControls } from '../base/escape.ts'
import { reasonOf } from '../base/fault.ts'
import type { Config } from '../config/config.ts'
import { SETTING_NAMES, settingOf } from '../config/settings.ts'
import { logFileOf } from './detach.ts'
import { type Command, EXIT } from './io.ts'
import { knownSecrets } from './known-secrets.ts'
import { readCommandLine, UsageError } from './options.ts'
import { askStatus } from './running.ts'
import { scrubber } from './scrub.ts'
import { programVersion } from './version.ts'

/** So much of the log's end. */
const LOG_BYTES = 1 << 20
const MOST_FILES = 200

/** `cocod debug-bundle [FILE]`: one text file for a report, to be read before it is sent: nothing secret is in it. */
export const debugBundle: Command = async (args, io) => {
  const { config, words } = readCommandLine(args, io)
  const [name = `cocod-debug-${new Date().toISOString().replace(/[:.]/g, '')}.txt`, ...more] = words
  if (more.length > 0) throw new UsageError('cocod debug-bundle takes the name of one file')
  const file = resolve(io.cwd, name)
  const scrub = scrubber(knownSecrets(config))
  const sections = [
    ['versions', versions()],
    ['status', JSON.stringify((await askStatus(config.settings.DATA_DIR)) ?? 'not running', null, 2)],
    ['settings', settingsText(config)],
    ['DATA_DIR', await listing(config.settings.DATA_DIR)],
    ['KEYS_DIR', await listing(config.settings.KEYS_DIR)],
    ['log', await endOf(logFileOf(config.settings))],
  ] as const
  const text = sections.map(([title, body]) => `== ${title} ==\n${body.trimEnd()}\n`).join('\n')
  await writeFile(file, scrub(text), { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
    throw new UsageError(`${file} cannot be written: ${reasonOf(cause)}`, 'name another file')
  })
  io.stdout.write(
    `${file}\nSecrets are taken out; names of users and assets are in it. Read it before you send it.\n`,
  )
  return EXIT.ok
}

const versions = (): string =>
  [
    `cocod ${programVersion()}`,
    ...Object.entries(process.versions).map(([name, version]) => `${name} ${version}`),
    `${platform()} ${release()} ${arch()}, ${cpus().length} cores, ${Math.round(totalmem() / 1e6)} MB`,
    `time zone ${Intl.DateTimeFormat().resolvedOptions().timeZone}`,
  ].join('\n')

/** What is set and where; of a secret only that it is set. */
function settingsText({ texts, origins, file, optionSections }: Config): string {
  const set = SETTING_NAMES.filter((name) => texts[name] !== undefined).map(
    (name) => `${name} = ${settingOf(name).secret ? '***' : texts[name]}   (${origins[name]})`,
  )
  return [`file: ${file ?? 'none'}`, ...set, `sections: ${optionSections.length}`].join('\n')
}

async function listing(directory: string): Promise<string> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory)
    const names = (await readdir(directory, { recursive: true, encoding: 'utf8' })).sort()
    const rows = await Promise.all(names.slice(0, MOST_FILES).map((name) => row(directory, name)))
    const more = names.length > MOST_FILES ? [`and ${names.length - MOST_FILES} more`] : []
    const room = `${Math.round((bavail * bsize) / 1e6)} of ${Math.round((blocks * bsize) / 1e6)} MB free`
    return [directory, room, ...rows, ...more].join('\n')
  } catch (error) {
    return reasonOf(error)
  }
}

async function row(directory: string, name: string): Promise<string> {
  const found = await stat(join(directory, name)).catch(() => undefined)
  if (!found) return blankControls(name)
  const mode = (found.mode & 0o7777).toString(8).padStart(4, '0')
  return `${mode} ${found.uid}:${found.gid} ${String(found.size).padStart(10)} ${blankControls(name)}`
}

async function endOf(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const from = Math.max(0, size - LOG_BYTES)
    const end = Buffer.alloc(size - from)
    const { buffer, bytesRead } = await file.read(end, 0, end.length, from)
    const text = buffer.subarray(0, bytesRead).toString()
    // A line that was cut could hide the name of the field its secret stands in.
    return from > 0 ? text.slice(text.indexOf('\n') + 1) : text
  } catch (error) {
    return `${path}: ${reasonOf(error)}. Where the log goes to standard output, whatever keeps that has it (journalctl -u cocod, docker logs).`
  }
}
