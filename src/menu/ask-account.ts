import type { SystemUser } from '../core/model.ts'
import { accountsNamed } from './accounts.ts'
import type { Desk } from './desk.ts'
import { accountScreen } from './list-screens.ts'

const BACK = ['q', 'b', 'quit', 'exit']

/** Asks which of several accounts (`ID> `), by number or name. Undefined: the person went back, or is gone. */
export async function askAccount(
  desk: Desk,
  accounts: readonly SystemUser[],
  signal: AbortSignal,
): Promise<SystemUser | undefined> {
  await desk.print(accountScreen(desk.look, accounts))
  const complete = (text: string): readonly string[] =>
    accounts.map(({ username, name }) => username || name).filter((name) => name.startsWith(text))
  for (;;) {
    const input = await desk.ask({ prompt: 'ID> ', complete }, signal)
    if (input.kind !== 'line') return undefined
    const text = input.text.trim()
    const chosen = accountFor(accounts, text)
    if (chosen) return chosen
    if (BACK.includes(text.toLowerCase())) return undefined
    if (text !== '') await desk.say('menu.accounts.unknown', { text })
  }
}

/** A name of several accounts chooses none of them. */
function accountFor(accounts: readonly SystemUser[], text: string): SystemUser | undefined {
  const named = accountsNamed(accounts, text)
  if (named.length > 0) return named.length === 1 ? named[0] : undefined
  return /^\d{1,4}$/.test(text) ? accounts[Number(text) - 1] : undefined
}
