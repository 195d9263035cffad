import type { Asset, SystemUser } from '../core/model.ts'
import { MenuError, type MenuErrorCode } from './menu-error.ts'

/** How an account is called on the screen: its name on the asset, or Jumpserver's name where that is to be asked. */
export const accountName = ({ username, name }: SystemUser): string => username || name

/** Accounts that can be connected in a terminal, highest priority first. */
export const usableAccounts = ({ protocols, systemUsers }: Asset): readonly SystemUser[] =>
  systemUsers
    .filter(({ protocol, actions }) => IN_A_TERMINAL.includes(protocol) && actions.includes('connect'))
    .filter(({ protocol }) => protocols.some(({ name }) => name === protocol))
    .sort((a, b) => b.priority - a.priority)

const IN_A_TERMINAL = ['ssh', 'telnet']

/** The accounts a person is offered: of the usable ones those of the highest priority (Jumpserver's rule). */
export function offeredAccounts(asset: Asset): readonly SystemUser[] {
  const all = usableAccounts(asset)
  return all.filter(({ priority }) => priority === all[0]?.priority)
}

/** Usable accounts a person may mean by a name; an account's name on the asset comes before Jumpserver's. */
export function accountsNamed(accounts: readonly SystemUser[], name: string): readonly SystemUser[] {
  const byUsername = accounts.filter(({ username }) => username === name)
  return byUsername.length > 0 ? byUsername : accounts.filter((account) => account.name === name)
}

const GRAPHICAL = ['rdp', 'vnc']

/** Says why an asset without usable accounts cannot be connected. */
export function notConnectable(asset: Asset): MenuError {
  const has = (protocol: string): boolean => asset.systemUsers.some((each) => each.protocol === protocol)
  const protocols = asset.protocols.map(({ name }) => name)
  const graphical = protocols.filter((name) => GRAPHICAL.includes(name))
  const onlyGraphical = graphical.length > 0 && (graphical.some(has) || graphical.length === protocols.length)
  if (onlyGraphical) return refusal('MENU_GRAPHICAL', asset, graphical.join(', '))
  return refusal('MENU_NOTHING_GRANTED', asset, protocols.join(', '))
}

const NEXT: Readonly<Record<string, string>> = {
  MENU_GRAPHICAL: 'open the asset in the web terminal',
  MENU_NOTHING_GRANTED: 'grant the user an SSH or telnet account with the action connect on this asset',
}

const refusal = (code: MenuErrorCode, asset: Asset, protocols: string): MenuError =>
  new MenuError(code, {
    step: 'choose an account',
    message: `${asset.hostname} has no account that can be used here (${protocols || 'no protocol'})`,
    next: NEXT[code] ?? 'choose another asset',
    facts: { asset: asset.hostname, protocols },
  })
