import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { type Act, Acts } from '../audit/acts.ts'
import { systemClock } from '../base/clock.ts'
import { askControl } from '../base/control-socket.ts'
import { actsPath, controlPath } from '../base/data-dir.ts'
import { Scope } from '../base/scope.ts'
import type { CliIo } from './io.ts'

/** What the kernel says where nobody logged in (proc_pid_loginuid(5)). */
const NOBODY = 4294967295

/** Who runs a command on this machine. */
export interface Who {
  /** The person where sudo tells it, else the account. */
  readonly by: string
  readonly uid: number
  /** Whom the kernel saw log in, also behind su and sudo; absent where it was not asked to look. */
  readonly loginUid?: number
}

export function who({ env }: Pick<CliIo, 'env'>): Who {
  const uid = process.getuid?.() ?? -1
  const loginUid = loginUidOf()
  return {
    by: env['SUDO_USER'] || accountName(uid),
    uid,
    ...(loginUid !== undefined && { loginUid }),
  }
}

/**
 * Puts on record what is about to be read, or was changed, and lets the daemon have it, if one runs; else its next start
 * takes it. Throws ActError when it cannot be written: then it is not to be done.
 */
export async function recordAct(
  dataDir: string,
  io: Pick<CliIo, 'env'>,
  event: Act['event'],
  facts: Act['facts'],
): Promise<void> {
  const at = new Date(systemClock.now()).toISOString()
  await new Acts(actsPath(dataDir)).add({ event, at, facts: { ...facts, ...who(io) } })
  await using scope = new Scope()
  await askControl(controlPath(dataDir), { command: 'acts' }, scope)
}

function accountName(uid: number): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${uid}` // an account without an entry, as containers have
  }
}

function loginUidOf(): number | undefined {
  try {
    const uid = Number(readFileSync('/proc/self/loginuid', 'utf8'))
    return uid === NOBODY ? undefined : uid
  } catch {
    return undefined
  }
}
