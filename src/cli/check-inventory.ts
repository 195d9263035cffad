import { resolve } from 'node:path'
import { IniError } from '../base/ini.ts'
import { loadInventory, NO_HASHES } from '../standalone/inventory-file.ts'
import { type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'

const USAGE = 'cocod check-inventory FILE, or the file of INVENTORY (--inventory, config.ini)'

/** `cocod check-inventory [FILE]`: every fault of an inventory at once; exit code 78 when there is one. */
export const checkInventory: Command = async (args, io) => {
  const { config, words } = readCommandLine(args, io)
  if (words.length > 1) throw new UsageError('cocod check-inventory takes one file', USAGE)
  const file = words[0] === undefined ? config.settings.INVENTORY : resolve(io.cwd, words[0])
  if (file === undefined) throw new UsageError('there is no inventory to check', USAGE)
  try {
    const { users, assets, accounts, permissions, rules } = await loadInventory(file, NO_HASHES)
    const counts = [
      count(users.size, 'user'),
      count(assets.size, 'asset'),
      count(accounts.size, 'account'),
      count(permissions.length, 'permission'),
      count(rules.length, 'rule'),
    ]
    io.stdout.write(`${file}: good; ${counts.join(', ')}\n`)
    return EXIT.ok
  } catch (fault) {
    if (!(fault instanceof IniError)) throw fault
    io.stdout.write(report(fault))
    return EXIT.config
  }
}

/** A line of its own for each fault, in the form that editors understand, and below it what to do. */
export const report = ({ file, problems }: IniError): string =>
  problems
    .map(
      ({ line, message, next }) =>
        `${file}${line === undefined ? '' : `:${line}`}: ${message}\n    ${next}\n`,
    )
    .join('')

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`
