import type { IniSection } from '../base/ini.ts'
import { Secret } from '../base/secret.ts'
import type { InventoryFiles } from './inventory-files.ts'

interface CredentialValues {
  readonly password?: string | undefined
  readonly password_file?: string | undefined
  readonly private_key_file?: string | undefined
}

/** What an account or a gateway is logged in to with; what is wrong with it is told to `files`. */
export async function readCredentials(
  files: InventoryFiles,
  section: IniSection,
  { password, password_file, private_key_file }: CredentialValues,
): Promise<{ readonly password: Secret | undefined; readonly privateKey: Secret | undefined }> {
  const inFile = { section, key: 'password_file' }
  if (password !== undefined && password_file !== undefined) {
    files.fault(inFile, 'stands beside password', 'Keep one of them.')
  }
  if (password !== undefined) await files.mayHoldSecret({ section, key: 'password' })
  return {
    password: password === undefined ? await files.password(inFile, password_file) : new Secret(password),
    privateKey: await files.privateKey({ section, key: 'private_key_file' }, private_key_file),
  }
}
