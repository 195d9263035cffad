import type { SystemUser } from '../core/model.ts'
import type { Language } from '../i18n/i18n.ts'
import type { Style } from '../terminal/ansi.ts'
import { readLine } from '../terminal/line-reader.ts'
import { print } from '../terminal/print.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { accountsNamed } from './accounts.ts'
import { accountScreen, lookOf, sentence } from './screens.ts'

export interface AccountQuestion {
  readonly terminal: Terminal
  readonly language: Language
  readonly style: Style
  readonly accounts: readonly SystemUser[]
}

const BACK = ['q', 'b', 'quit', 'exit']

/** Asks which of several accounts (`ID> `), by number or name. Undefined: the person went back, or is gone. */
export async function askAccount(
  { terminal, language, style, accounts }: AccountQuestion,
  signal: AbortSignal,
): Promise<SystemUser | undefined> {
  await print(terminal, lines(accountScreen(lookOf(terminal, language, style), accounts)))
  const prompt = { text: 'ID> ', styled: style.bold('ID> ') }
  for (;;) {
    const input = await readLine({ terminal, prompt }, signal)
    if (input.kind !== 'line') return undefined
    const text = input.text.trim()
    const chosen = accountFor(accounts, text)
    if (chosen) return chosen
    if (BACK.includes(text.toLowerCase())) return undefined
    const look = lookOf(terminal, language, style)
    if (text !== '') await print(terminal, lines(sentence(look, 'menu.accounts.unknown', { text })))
  }
}

/** A name of several accounts chooses none of them. */
function accountFor(accounts: readonly SystemUser[], text: string): SystemUser | undefined {
  const named = accountsNamed(accounts, text)
  if (named.length > 0) return named.length === 1 ? named[0] : undefined
  return /^\d{1,4}$/.test(text) ? accounts[Number(text) - 1] : undefined
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('')
