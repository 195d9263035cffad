import { realpathSync } from 'node:fs'
import { delimiter, join, relative } from 'node:path'
import type { CliIo } from './io.ts'

/**
 * What a person types to run this program again: `cocod` where that is on the PATH, else `npx cocod` or
 * `node bin/cocod`. `script` is the path node was started with.
 */
export function programName(script: string, { env, cwd }: Pick<CliIo, 'env' | 'cwd'>): string {
  const own = real(script)
  // npm and npx put directories on the PATH that the person's own shell does not have.
  if (env['npm_command'] === 'exec') return 'npx cocod'
  const places = (env['PATH'] ?? '').split(delimiter).filter((place) => place !== '')
  const onPath = places.some((place) => own !== undefined && real(join(place, 'cocod')) === own)
  if (onPath && env['npm_command'] === undefined) return 'cocod'
  const path = relative(cwd, script)
  return `node ${path === '' || path.startsWith('..') ? script : path}`
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
