import { nearest } from '../base/nearest.ts'
import type { CommandName } from './command-table.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { UsageError } from './options.ts'
import { exitCode, tell } from './tell.ts'

/** Each command is loaded only when it is asked for: `cocod version` should not wait for ssh2. */
const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).start,
  restart: async () => (await import('./restart.ts')).restart,
  reload: async () => (await import('./reload.ts')).reload,
  'log-level': async () => (await import('./log-level.ts')).logLevel,
  stop: async () => (await import('./stop.ts')).stop,
  status: async () => (await import('./status.ts')).status,
  'ssh-config': async () => (await import('./ssh-config.ts')).sshConfig,
  session: async () => (await import('./session.ts')).session,
  replay: async () => (await import('./replay.ts')).replay,
  doctor: async () => (await import('./doctor.ts')).doctor,
  hostkey: async () => (await import('./hostkey.ts')).hostkey,
  rules: async () => (await import('./rules.ts')).rules,
  user: async () => (await import('./user.ts')).user,
  'check-inventory': async () => (await import('./check-inventory.ts')).checkInventory,
  'migrate-config': async () => (await import('./migrate-config.ts')).migrateConfig,
  'debug-bundle': async () => (await import('./debug-bundle.ts')).debugBundle,
  backup: async () => (await import('./backup.ts')).backup,
  restore: async () => (await import('./restore.ts')).restore,
  completion: async () => (await import('./completion.ts')).completion,
  version: async () => (await import('./version.ts')).version,
  help: async () => (await import('./help.ts')).help,
}

const ALIASES: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
}

const HELP: readonly string[] = ['--help', '-h']

/** Runs one command and resolves with the exit code; every failure is told here, in a line or two. */
export async function main(args: readonly string[], io: CliIo): Promise<number> {
  const [word = 'help', ...rest] = args
  try {
    const name = rest.some((each) => HELP.includes(each)) ? 'help' : (ALIASES[word] ?? word)
    if (!isCommand(name)) throw unknownCommand(word)
    return await (await COMMANDS[name]())(rest, io)
  } catch (error) {
    io.stderr.write(tell(error))
    return exitCode(error)
  }
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name)

function unknownCommand(word: string): UsageError {
  const names = Object.keys(COMMANDS)
  const meant = names.find((name) => name.startsWith(word)) ?? nearest(word, names)
  return new UsageError(`there is no command “${word}”`, meant && `did you mean cocod ${meant}?`)
}

const { stdin, stdout, stderr, env, argv } = process
// Who reads may leave early (`| head`): then the rest is not wanted. A daemon goes on without its reader.
if (argv[2] !== 'start') stdout.on('error', () => process.exit(EXIT.ok))
stderr.on('error', () => {})
process.exitCode = await main(argv.slice(2), { stdin, stdout, stderr, env, cwd: process.cwd() })
