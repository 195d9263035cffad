import { type BytePath, shown } from './byte-path.ts'
import { FilesError } from './files-error.ts'
import type { Mounted } from './mount.ts'
import type { Action } from './rights.ts'

/** @throws {FilesError} FILES_NO_UPLOAD, FILES_NO_DOWNLOAD; {CoreError} when core does not answer */
export async function demand(
  { session: { grants, target, account } }: Mounted,
  actions: readonly Action[],
  path: BytePath,
): Promise<void> {
  for (const action of actions)
    if (!(await grants.demand(action))) throw notGranted(action, { target, account, path })
}

export const notGranted = (
  action: Action,
  { target, account, path }: { target: Mounted['session']['target']; account: string; path: BytePath },
): FilesError =>
  new FilesError(action === 'upload_file' ? 'FILES_NO_UPLOAD' : 'FILES_NO_DOWNLOAD', {
    step: 'ask permission',
    message: `core does not grant ${action} on ${target.asset.hostname} as ${account}`,
    next: 'look at the actions of the asset permission in Jumpserver',
    facts: { asset: target.asset.hostname, account, path: shown(path) },
  })
