import { accessSync, constants } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { basename } from 'node:path'

/** The account this process runs as, and how its shell is started. */
export interface LocalAccount {
  readonly username: string
  readonly home: string
  readonly shell: string
  /** Environment of every program: an allow-list, none of it a secret of ours. */
  readonly env: Readonly<Record<string, string>>
}

/** Variables that are taken over from this process; everything else stays here. */
const KEPT = /^(?:LANG|LC_[A-Z]+|TZ)$/
/** Variables a client may set (sshd's usual AcceptEnv). */
export const CLIENT_VARIABLE = /^(?:LANG|LC_[A-Z]+)$/
/** Accounts of services have these; a demo needs a shell that runs. */
const NO_SHELL = new Set(['nologin', 'false', 'true', 'sync'])
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'

/** Reads the account of this process; without an entry in passwd it is named by its uid. */
export function localAccount(environment: Readonly<NodeJS.ProcessEnv>): LocalAccount {
  const { username, home, shell } = passwdEntry()
  const kept = Object.entries(environment).flatMap(([name, value]) =>
    KEPT.test(name) && value !== undefined ? [[name, value] as const] : [],
  )
  return {
    username,
    home,
    shell,
    env: {
      ...Object.fromEntries(kept),
      HOME: home,
      USER: username,
      LOGNAME: username,
      SHELL: shell,
      PATH: pathOf(environment['PATH'] ?? DEFAULT_PATH),
    },
  }
}

function passwdEntry(): { readonly username: string; readonly home: string; readonly shell: string } {
  try {
    const { username, homedir: home, shell } = userInfo()
    return { username, home: usable(home) ? home : '/', shell: shell && isShell(shell) ? shell : '/bin/sh' }
  } catch {
    // A container may run as a uid that passwd does not know.
    const home = homedir()
    return { username: `uid${process.getuid?.() ?? ''}`, home: usable(home) ? home : '/', shell: '/bin/sh' }
  }
}

const isShell = (path: string): boolean => !NO_SHELL.has(basename(path)) && usable(path)

function usable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** npm puts its own directories in front for the programs it starts. */
const pathOf = (path: string): string =>
  path
    .split(':')
    .filter(
      (entry) =>
        entry.startsWith('/') && !/\/node_modules(\/|$)/.test(entry) && !entry.includes('/node-gyp-bin'),
    )
    .join(':') || DEFAULT_PATH

/** The arguments of `/bin/sh` that start the account's shell: for a command, or as a login shell. */
export const shellArguments = ({ shell }: LocalAccount, command: string | undefined): readonly string[] => [
  '-c',
  // This process keeps its own files to itself; a person's shell has the usual umask.
  'umask 022; exec "$0" "$@"',
  shell,
  ...(command === undefined ? ['-l'] : ['-c', command]),
]
