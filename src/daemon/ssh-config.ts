import { z } from 'zod'
import { type DirectTarget, loginNameOf } from '../auth/direct-login.ts'
import type { AppService } from '../core/app-service.ts'
import type { Asset } from '../core/model.ts'
import { accountName, usableAccounts } from '../menu/accounts.ts'
import { answerOf, asked, type ControlCommands, ControlError } from './control.ts'
import type { KnownPeople } from './known-people.ts'

export interface SshConfigParts {
  readonly core: Pick<AppService, 'assets'>
  readonly people: Pick<KnownPeople, 'find'>
  readonly port: number
}

const Request = z.object({ user: z.string().min(1).max(128) })

/** `ssh-config`, for `cocod ssh-config`: the user names by which a person reaches each of their assets. */
export function sshConfigCommand({ core, people, port }: SshConfigParts): ControlCommands {
  return {
    'ssh-config': async (request) => {
      const { user } = asked(Request, request)
      const person = people.find(user.normalize('NFC'))
      if (!person) throw unknown(user)
      const assets = await core.assets(person)
      return answerOf({ port, hosts: assets.flatMap((asset) => hostsOf(person.username, asset, assets)) })
    },
  }
}

/** One for each account; the first is the one that goes by the asset's name alone. */
function hostsOf(username: string, asset: Asset, all: readonly Asset[]) {
  const unique = all.filter(({ hostname }) => hostname === asset.hostname).length === 1
  const accounts = usableAccounts(asset)
  return accounts.flatMap((account, index) => {
    const alone = accounts.filter(({ username: each }) => each === account.username).length === 1
    const systemUser = alone ? accountName(account) : account.name
    const places = unique ? [asset.hostname, asset.id] : [asset.id]
    const targets: readonly DirectTarget[] = places.map((place) => ({ systemUser, asset: place }))
    const [login] = targets.flatMap((target) => loginNameOf(username, target) ?? [])
    if (login === undefined) return []
    return [{ asset: asset.hostname, account: systemUser, first: index === 0, login, comment: asset.comment }]
  })
}

const unknown = (user: string): ControlError =>
  new ControlError(
    `${user} has not logged in here since the daemon was started, and Jumpserver tells a bastion no user by name`,
    'let the person log in once, then ask again',
  )
