import { flagOf, settingOf } from '../config/settings.ts'
import { type Command, EXIT } from './io.ts'
import { FLAG_SETTINGS } from './options.ts'

const HEAD = `cocod: SSH bastion for Jumpserver

  cocod start                    run in the foreground, for the Jumpserver at CORE_HOST
  cocod start --standalone       run without a Jumpserver, over an inventory or a demo
  cocod stop                     end the running one: sessions are told, records are kept
  cocod status [--json]          is it running, and with which files
  cocod replay list              recorded sessions, newest first
  cocod replay play ID           watch one here (space pauses, + and - change speed, q quits)
  cocod replay verify ID         check a recording against its chain of hashes
  cocod user add NAME            a person in the inventory; the password is asked for
  cocod user passwd NAME         another password
  cocod user totp NAME           a second factor
  cocod check-inventory [FILE]   every fault of an inventory at once
  cocod version
  cocod help

Settings: flags before environment before file before defaults. The file is --config FILE, COCOD_CONFIG,
./config.ini or /etc/cocod/config.ini; config.example.ini describes every setting. As flags:

`

export const help: Command = async (_args, { stdout }) => {
  const flags = FLAG_SETTINGS.map((name) => `  --${flagOf(name).padEnd(24)} ${settingOf(name).about}`)
  stdout.write(`${HEAD}${flags.join('\n')}\n`)
  return EXIT.ok
}
