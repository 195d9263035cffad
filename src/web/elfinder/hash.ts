import { type BytePath, isUnsafe, normalised, pathOf, wireOf } from '../../files/byte-path.ts'
import { malformed } from '../malformed.ts'

/** elFinder's name for a tree of files; it must not hold `_`. */
export const VOLUME = 'f1_'

/** elFinder's name for a path: base64 with letters that stand in addresses as they are. */
export const hashOf = (path: BytePath): string => VOLUME + wireOf(path).toString('base64url')

/** Throws WEB_REQUEST for what `hashOf` did not make. */
export function pathOfHash(hash: string): BytePath {
  if (!hash.startsWith(VOLUME)) throw malformed()
  const path = pathOf(Buffer.from(hash.slice(VOLUME.length), 'base64url'))
  if (isUnsafe(path) || normalised(path) !== path) throw malformed()
  return path
}
