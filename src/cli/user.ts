import { InventoryUsers } from '../standalone/inventory-users.ts'
import { Passwords } from '../standalone/passwords.ts'
import { recordAct } from './acts.ts'
import { askNewPassword } from './ask-password.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine, UsageError } from './options.ts'

const USAGE = 'cocod user add NAME | passwd NAME | totp NAME, with --inventory FILE'
const ISSUER = 'cocod'

/** `cocod user …`: changes the people in an inventory. A running daemon takes it up by itself. */
export const user: Command = async (args, io) => {
  const { config, words } = readCommandLine(args, io)
  const [verb = '', name, ...more] = words
  if (!['add', 'passwd', 'totp'].includes(verb)) {
    throw new UsageError(`cocod user does not know “${verb}”`, USAGE)
  }
  if (name === undefined) throw new UsageError(`cocod user ${verb} needs the name of a user`, USAGE)
  if (more.length > 0) {
    // A password among them would be in the shell's history by now; it is not repeated here.
    throw new UsageError(`cocod user ${verb} takes a name and nothing else; a password is asked for`, USAGE)
  }
  const file = config.settings.INVENTORY
  if (file === undefined) throw new UsageError('there is no inventory to change', USAGE)
  const users = new InventoryUsers(file, new Passwords())
  const changed = (): Promise<void> =>
    recordAct(config.settings.DATA_DIR, io, 'user-change', { act: verb, user: name, file })
  if (verb === 'totp') return await totp(users, { name, changed }, io)
  return await password(users, { verb, name, file, changed }, io)
}

async function password(
  users: InventoryUsers,
  { verb, name, file, changed }: { verb: string; name: string; file: string; changed: () => Promise<void> },
  io: CliIo,
): Promise<number> {
  const adds = verb === 'add'
  await (adds ? users.checkNew(name) : users.checkKnown(name))
  const secret = await askNewPassword(io, `Password for ${name}`)
  await (adds ? users.add(name, secret) : users.setPassword(name, secret))
  await changed()
  io.stdout.write(
    adds
      ? `${name} was added to ${file}; a [permission ...] says where they may go.\n`
      : `${name} has another password now.\n`,
  )
  return EXIT.ok
}

async function totp(
  users: InventoryUsers,
  { name, changed }: { name: string; changed: () => Promise<void> },
  { stdout }: CliIo,
): Promise<number> {
  const { secret, file } = await users.setTotp(name)
  await changed()
  const label = encodeURIComponent(name)
  const query = `secret=${secret.reveal()}&issuer=${ISSUER}&algorithm=SHA1&digits=6&period=30`
  stdout.write(
    [
      `${name} needs a second factor from now on. For the app on their phone, shown only once:`,
      '',
      `  key   ${secret.reveal()}`,
      `  link  otpauth://totp/${ISSUER}:${label}?${query}`,
      '',
      `It is kept in ${file}.`,
      '',
    ].join('\n'),
  )
  return EXIT.ok
}
