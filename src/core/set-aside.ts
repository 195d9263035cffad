import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from '../base/atomic-file.ts'
import { CoreError } from './core-error.ts'

/**
 * Renames a refused key file to `<file>.rejected-<time>` and answers its new path. Throws CoreError CORE_ACCESS_KEY
 * where that cannot be done; the file is then as before.
 */
export async function setAside(file: string, now: number): Promise<string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const aside = `${file}.rejected-${time}`
  try {
    await rename(file, aside)
    await syncDirectory(dirname(file))
    return aside
  } catch (cause) {
    throw new CoreError('CORE_ACCESS_KEY', 'credentials', {
      step: 'set access key aside',
      message: `core refuses the key of ${file}, and the file cannot be renamed to register anew`,
      next: `make ${dirname(file)} writable for this user, or remove ${file}`,
      cause,
    })
  }
}

/** Undoes `setAside`. */
export async function putBack(aside: string, file: string): Promise<void> {
  await rename(aside, file)
  await syncDirectory(dirname(file))
}
