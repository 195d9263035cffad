import { hostname } from 'node:os'
import { z } from 'zod'
import { askDaemon } from './ask-daemon.ts'
import { type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'
import { takeOptions } from './own-options.ts'

const USAGE = 'cocod ssh-config USER [--host NAME]'

const Answer = z.object({
  port: z.number(),
  hosts: z.array(
    z.object({
      asset: z.string(),
      account: z.string(),
      first: z.boolean(),
      login: z.string(),
      comment: z.string(),
    }),
  ),
})
type Host = z.output<typeof Answer>['hosts'][number]

/** `cocod ssh-config USER`: a configuration for OpenSSH's client with all assets of a person. */
export const sshConfig: Command = async (args, io) => {
  const { own, rest } = takeOptions(args, ['host'])
  const { config, words } = readCommandLine(rest, io)
  const [user, ...more] = words
  if (user === undefined || more.length > 0) throw new UsageError('cocod ssh-config needs one user', USAGE)
  const request = { command: 'ssh-config', user }
  const { port, hosts } = await askDaemon(config.settings.DATA_DIR, request, Answer)
  const bastion = own.host ?? hostname()
  io.stdout.write(
    [
      `# ${lineOf(user)}'s assets behind ${bastion}: for ~/.ssh/config, or a file it includes.`,
      ...(hosts.length === 0 ? ['# There are none.'] : []),
      ...entries(hosts, `  HostName ${bastion}\n  Port ${port}\n  ServerAliveInterval 30`),
      '',
    ].join('\n'),
  )
  return EXIT.ok
}

/** `web-01` is the best account there, `deploy.web-01` another one. A name that is taken gets a number. */
function entries(hosts: readonly Host[], common: string): readonly string[] {
  const taken = new Set<string>()
  return hosts.map(({ asset, account, first, login, comment }) => {
    const name = aliasOf(first ? asset : `${account}.${asset}`)
    let alias = name
    for (let n = 2; taken.has(alias); n += 1) alias = `${name}-${n}`
    taken.add(alias)
    const note = comment === '' ? '' : `\n# ${lineOf(comment)}`
    return `${note}\nHost ${alias}\n${common}\n  User ${quoted(login)}`
  })
}

/** What ssh takes for a pattern, or would split, is a dash. */
const aliasOf = (name: string): string =>
  name.replace(/[\s*?!,"'\\#%\p{C}]+/gu, '-').replace(/^-+/, '') || 'asset'

const lineOf = (text: string): string => text.replace(/\p{C}/gu, ' ')

/** In double quotes a backslash means itself but before a quote or another one (OpenSSH 8.7 and later). */
const quoted = (value: string): string =>
  /[\s"'\\#]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value
