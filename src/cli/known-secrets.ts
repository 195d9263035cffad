import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { SETTING_NAMES, settingOf } from '../config/settings.ts'

/** Keys of an inventory or of a section whose value is a secret, and those that name a file of one. */
const SECRET_LINE = /^\s*[\w-]*(?:password|secret|passphrase|hash|token|totp)[\w-]*\s*=\s*(.+?)\s*$/i
const FILE_LINE = /^\s*[\w-]+_file\s*=\s*(.+?)\s*$/

/** All secrets of this bastion that can be read here: of settings, of KEYS_DIR, of the inventory and the files it names. */
export function knownSecrets({ settings, texts, file }: Config): readonly string[] {
  const ofSettings = SETTING_NAMES.filter((name) => settingOf(name).secret).flatMap(
    (name) => texts[name] ?? [],
  )
  const keys = filesIn(settings.KEYS_DIR).flatMap((path) => linesOf(path))
  const own = settings.ACCESS_KEY_FILE === undefined ? [] : linesOf(settings.ACCESS_KEY_FILE)
  const named = [settings.INVENTORY, file].flatMap((path) => (path === undefined ? [] : secretsIn(path)))
  const demo = linesOf(join(settings.DATA_DIR, 'demo-password'))
  const all = [...ofSettings, ...keys, ...own, ...named, ...demo]
  // An access key is `id:secret`; each part alone is none of anybody's business.
  return all.flatMap((secret) => [secret, ...secret.split(':')]).map((secret) => unquoted(secret))
}

function secretsIn(path: string): readonly string[] {
  return linesOf(path).flatMap((line) => {
    const secret = SECRET_LINE.exec(line)?.[1]
    const named = FILE_LINE.exec(line)?.[1]
    const inFile = named === undefined ? [] : linesOf(resolve(dirname(path), unquoted(named)))
    return [...(secret === undefined ? [] : [secret]), ...inFile]
  })
}

const unquoted = (text: string): string => text.replace(/^(["'])(.*)\1$/, '$2')

function filesIn(directory: string): readonly string[] {
  try {
    const found = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isFile())
    // The public halves are no secrets, and their lines stand in many places.
    return found
      .map(({ name }) => name)
      .filter((name) => !/\.pub$|\.md$/.test(name))
      .map((name) => join(directory, name))
  } catch {
    return []
  }
}

function linesOf(path: string): readonly string[] {
  try {
    const lines = readFileSync(path, 'utf8').split(/\r?\n/)
    return lines.map((line) => line.trim()).filter((line) => line !== '' && !/^(?:#|-----)/.test(line))
  } catch {
    return []
  }
}
