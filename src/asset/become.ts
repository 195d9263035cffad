import { readFile } from 'node:fs/promises'
import type { AssetOptions } from '../asset-options/asset-options.ts'
import { Secret } from '../base/secret.ts'
import type { Credentials } from '../core/model.ts'
import { AssetError } from './asset-error.ts'
import type { Become } from './telnet-login.ts'

/**
 * What gives an account more rights once it is logged in, if that is set for it. The file is read at each use.
 * @throws {AssetError} ASSET_BECOME
 */
export async function becomeOf(
  { become: command, become_password_file: path }: AssetOptions,
  { password }: Credentials,
): Promise<Become | undefined> {
  if (command === undefined) return undefined
  return { command, secret: path === undefined ? password : await readSecret(path, command) }
}

async function readSecret(path: string, command: string): Promise<Secret> {
  try {
    const [line = ''] = (await readFile(path, 'utf8')).split(/\r?\n/)
    return new Secret(line)
  } catch (cause) {
    throw new AssetError('ASSET_BECOME', {
      step: 'read password',
      message: `the password for ${command} cannot be read from ${path}`,
      next: 'Correct become_password_file of this asset, or let the daemon read the file.',
      facts: { command },
      cause,
    })
  }
}
