import type { CoreAnswer } from './answer.ts'

type Kind = 'users' | 'asset-permissions'

const SINGULAR: Readonly<Record<Kind, string>> = { users: 'user', 'asset-permissions': 'asset-permission' }

/**
 * The permission addresses: plural from core 1.5.2, singular before. The plural is tried first; which one core knows is
 * remembered, each kind for itself (1.5.1 has one of both).
 */
export class PermsPath {
  readonly #singular = new Set<Kind>()

  /** Core is known to have only the singular: before 1.5.2. */
  isOlder(kind: Kind): boolean {
    return this.#singular.has(kind)
  }

  async ask(
    kind: Kind,
    rest: `/${string}/`,
    send: (path: `/${string}/`) => Promise<CoreAnswer>,
  ): Promise<CoreAnswer> {
    if (this.#singular.has(kind)) return await send(`/api/perms/v1/${SINGULAR[kind]}${rest}`)
    const answer = await send(`/api/perms/v1/${kind}${rest}`)
    if (answer.status !== 404 || answer.knownUrl) return answer
    const older = await send(`/api/perms/v1/${SINGULAR[kind]}${rest}`)
    if (older.status !== 404 || older.knownUrl) this.#singular.add(kind)
    return older
  }
}
